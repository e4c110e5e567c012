package io.github.llmfeedback.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * A task that runs once, and whose caller either blocks until it ends or gets a future of it.
 * Waiting, interrupting and cancelling are handled here.
 *
 * @param <T> the result
 */
public abstract class Work<T> {
  /** For subclasses. */
  protected Work() {}

  /** Begins; if it throws, nothing is under way. */
  protected abstract void begin();

  /** Completes when the work has ended; called only after {@link #begin}. */
  protected abstract CompletableFuture<?> ended();

  /** Returns the result, or throws the failure; called only after the end. */
  protected abstract T result();

  /**
   * Ends the work because the thread that waits for it was interrupted, perhaps before it began;
   * does nothing if it has ended.
   */
  protected abstract void interrupt();

  /** Ends the work because its future was cancelled; does nothing if it has ended. */
  protected abstract void cancel();

  /**
   * What completes the future of this work, by default on the thread on which the work ends.
   *
   * @param complete completes the future
   */
  protected Teller teller(Runnable complete) {
    return complete::run;
  }

  /** Takes note that {@link #begin} threw; the caller may ignore the future, which has it too. */
  protected void beginFailed(Throwable error) {}

  /** Takes note that this work will never begin, because it was cancelled before. */
  public void neverBegins() {}

  /** Begins the work and waits for its end; an interrupt ends the work, and stays set. */
  public final T await() {
    if (Thread.currentThread().isInterrupted()) {
      interrupt();
    }
    run();
    return result();
  }

  /** Begins the work and waits for its end, or does a part of it on this thread. */
  protected void run() {
    begin();
    awaitEnd(ended(), this::interrupt);
  }

  /**
   * Begins the work.
   *
   * @return completes with the result; every error comes through it, and cancelling it cancels the
   *     work
   */
  public final CompletableFuture<T> future() {
    return future(this::teller);
  }

  /**
   * Like {@link #future()}, for who has given the caller another future and completes that: this
   * one completes on the thread on which the work ends.
   */
  public final CompletableFuture<T> innerFuture() {
    return future(complete -> complete::run);
  }

  private CompletableFuture<T> future(Function<Runnable, Teller> tellers) {
    StoppableFuture<T> future = new StoppableFuture<>(this::stop);
    Teller teller = tellers.apply(() -> complete(future));
    try {
      begin();
      var unused = ended().whenComplete((end, error) -> teller.complete());
      unused = future.whenComplete((result, error) -> cancel());
    } catch (RuntimeException | Error e) {
      teller.discard();
      cancel();
      beginFailed(e);
      return CompletableFuture.failedFuture(e);
    }
    return future;
  }

  private void complete(CompletableFuture<T> future) {
    try {
      future.complete(result());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  private CompletableFuture<T> stop() {
    cancel();
    return ended().handle((end, error) -> result());
  }

  /**
   * Waits until {@code ended} completes, normally or not.
   *
   * @param interrupt makes it complete soon; runs if this thread is interrupted, and the thread
   *     stays interrupted
   */
  public static void awaitEnd(CompletableFuture<?> ended, Runnable interrupt) {
    try {
      ended.get();
    } catch (InterruptedException e) {
      interrupt.run();
      Thread.currentThread().interrupt();
      ended.handle((end, error) -> "ended").join();
    } catch (ExecutionException e) {
      // It has ended; result() throws the failure.
    }
  }

  /** Completes the future of a {@link Work}, once. */
  public interface Teller {
    /** Completes the future, here or on another thread. */
    void complete();

    /** The work did not begin, so the future will not be completed. */
    default void discard() {}
  }
}
