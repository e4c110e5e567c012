package io.github.llmfeedback.concurrent;

import java.util.Deque;
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
   * Works through a queue, in order, at most {@code atATime} pieces at a time. The work may put
   * pieces back before its future completes.
   *
   * @return completes when the queue is empty and the last piece is done
   */
  public static <T> CompletableFuture<Void> through(
      Deque<T> pieces, int atATime, Function<T, CompletableFuture<Void>> work) {
    return new Through<>(pieces, atATime, work).run();
  }

  private static final class Through<T> {
    private final Deque<T> pieces;
    private final int atATime;
    private final Function<T, CompletableFuture<Void>> work;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicInteger running = new AtomicInteger();
    private final SerialLoop loop = new SerialLoop(this::step);

    Through(Deque<T> pieces, int atATime, Function<T, CompletableFuture<Void>> work) {
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
      while (running.get() < atATime && !pieces.isEmpty()) {
        running.incrementAndGet();
        try {
          var unused = work.apply(pieces.remove()).whenComplete((ok, bug) -> next());
        } catch (RuntimeException | Error e) { // out of memory; the other pieces go on
          running.decrementAndGet();
        }
      }
      if (running.get() == 0 && pieces.isEmpty()) {
        done.complete(null);
      }
    }
  }
}
