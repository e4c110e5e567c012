package io.github.llmfeedback.concurrent;

import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a step each time it is triggered, never nested and never on two threads at once: a thousand
 * steps in a row that end at once do not fill the stack. Triggers during a step may be merged into
 * one more run. Thread-safe.
 */
public final class SerialLoop {
  private final AtomicInteger triggers = new AtomicInteger();
  private final Runnable step;

  /** A loop of a step that must not throw an exception. */
  SerialLoop(Runnable step) {
    this.step = step;
  }

  /** Runs the step once more, here or on the thread that is running it now. */
  void trigger() {
    if (triggers.getAndIncrement() != 0) {
      return;
    }
    int seen;
    @Nullable Error error = null;
    do {
      seen = triggers.get();
      try {
        step.run();
      } catch (Error e) { // out of memory, most likely; later triggers must still have their effect
        error = e;
      }
    } while (triggers.addAndGet(-seen) != 0);
    if (error != null) {
      throw error;
    }
  }

  /**
   * Works through pieces, in order, at most {@code atATime} at a time. One thread at a time uses
   * the iterator; it asks for a piece only when the work on it may begin.
   *
   * @return completes when there are no more pieces and the last is done
   */
  public static <T> CompletableFuture<Void> through(
      Iterator<T> pieces, int atATime, Function<T, CompletableFuture<Void>> work) {
    return new Through<>(pieces, atATime, work).run();
  }

  /**
   * Works through a queue, in order, one piece at a time. The work may put pieces back before its
   * future completes.
   *
   * @return completes when the queue is empty and the last piece is done
   */
  public static <T> CompletableFuture<Void> through(
      Deque<T> pieces, Function<T, CompletableFuture<Void>> work) {
    Iterator<T> heads =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return !pieces.isEmpty();
          }

          @Override
          public T next() {
            return pieces.remove();
          }
        };
    return through(heads, 1, work);
  }

  private static final class Through<T> {
    private final Iterator<T> pieces;
    private final int atATime;
    private final Function<T, CompletableFuture<Void>> work;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicInteger running = new AtomicInteger();
    private final SerialLoop loop = new SerialLoop(this::step);

    Through(Iterator<T> pieces, int atATime, Function<T, CompletableFuture<Void>> work) {
      this.pieces = pieces;
      this.atATime = atATime;
      this.work = work;
    }

    CompletableFuture<Void> run() {
      loop.trigger();
      return done;
    }

    private void next() {
      running.decrementAndGet();
      loop.trigger();
    }

    private void step() {
      while (running.get() < atATime && pieces.hasNext()) {
        running.incrementAndGet();
        try {
          var unused = work.apply(pieces.next()).whenComplete((ok, bug) -> next());
        } catch (RuntimeException | Error e) { // out of memory; the other pieces go on
          running.decrementAndGet();
        }
      }
      if (running.get() == 0 && !pieces.hasNext()) {
        done.complete(null);
      }
    }
  }
}
