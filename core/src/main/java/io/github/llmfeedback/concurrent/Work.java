package io.github.llmfeedback.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Something that is done once for somebody, who either waits for its end or has a future of it. All
 * that a caller can do about it, waiting, interrupting and cancelling, is here.
 *
 * @param <T> what it gives
 */
public abstract class Work<T> {
  /** For subclasses. */
  protected Work() {}

  /** Begins; if it throws, nothing is under way. */
  protected abstract void begin();

  /** Completes when the work has ended; asked for after {@link #begin} only. */
  protected abstract CompletableFuture<?> ended();

  /** What the work gave, or throws why it gave nothing; asked for after the end only. */
  protected abstract T result();

  /**
   * Ends the work because the thread that waits for it was interrupted, perhaps before it began;
   * does nothing if it has ended.
   */
  protected abstract void interrupt();

  /** Ends the work because nobody wants it any more; does nothing if it has ended. */
  protected abstract void cancel();

  /**
   * Who completes the future of this work, if that is not the thread on which it ends.
   *
   * @param complete completes it
   */
  protected Teller teller(Runnable complete) {
    return complete::run;
  }

  /** Begins the work and waits for its end; an interrupt ends the work, and stays set. */
  public final T await() {
    if (Thread.currentThread().isInterrupted()) {
      interrupt();
    }
    begin();
    awaitEnd(ended(), this::interrupt);
    return result();
  }

  /**
   * Begins the work.
   *
   * @return completes with what it gives; every error comes through it, and to cancel it cancels
   *     the work
   */
  public final CompletableFuture<T> future() {
    StoppableFuture<T> future = new StoppableFuture<>(this::stop);
    Teller teller = teller(() -> complete(future));
    try {
      begin();
      var unused = ended().whenComplete((end, error) -> teller.tell());
      unused = future.whenComplete((result, error) -> cancel());
    } catch (RuntimeException | Error e) {
      cancel();
      teller.forget();
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
   * Waits until {@code ended} completes, in whichever way.
   *
   * @param interrupt makes it complete soon; runs if this thread is interrupted, which it stays
   */
  public static void awaitEnd(CompletableFuture<?> ended, Runnable interrupt) {
    try {
      ended.get();
    } catch (InterruptedException e) {
      interrupt.run();
      Thread.currentThread().interrupt();
      ended.handle((end, error) -> "ended").join();
    } catch (ExecutionException e) {
      // It has ended: what it comes to is asked of the work.
    }
  }

  /** Completes a future of somebody's, once. */
  public interface Teller {
    /** Completes it, here or on another thread. */
    void tell();

    /** The work did not begin, and there will be nothing to tell. */
    default void forget() {}
  }
}
