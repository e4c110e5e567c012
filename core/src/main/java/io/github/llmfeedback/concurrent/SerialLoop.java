package io.github.llmfeedback.concurrent;

import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a step as often as it is asked to, never nested and never on two threads at once: so what
 * ends at once, a thousand times in a row, does not pile up on the stack.
 */
public final class SerialLoop {
  private final AtomicInteger asked = new AtomicInteger();
  private final Runnable step;

  /** A pump of a step that must not throw. */
  SerialLoop(Runnable step) {
    this.step = step;
  }

  /** Runs the step after now, here or on the thread that is running it. */
  void ask() {
    if (asked.getAndIncrement() != 0) {
      return;
    }
    int seen;
    @Nullable Error trouble = null;
    do {
      seen = asked.get();
      try {
        step.run();
      } catch (Error e) { // no memory, most likely; whoever asks later must be heard all the same
        trouble = e;
      }
    } while (asked.addAndGet(-seen) != 0);
    if (trouble != null) {
      throw trouble;
    }
  }

  /**
   * Works through a queue, in order, so many pieces at a time. The work may put pieces back before
   * its future completes.
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
    private final SerialLoop pump = new SerialLoop(this::step);

    Through(Deque<T> pieces, int atATime, Function<T, CompletableFuture<Void>> work) {
      this.pieces = pieces;
      this.atATime = atATime;
      this.work = work;
    }

    CompletableFuture<Void> run() {
      pump.ask();
      return done;
    }

    private void next() {
      running.decrementAndGet();
      pump.ask();
    }

    private void step() {
      while (running.get() < atATime && !pieces.isEmpty()) {
        running.incrementAndGet();
        try {
          var unused = work.apply(pieces.remove()).whenComplete((ok, bug) -> next());
        } catch (RuntimeException | Error e) { // no memory; the other pieces go on
          running.decrementAndGet();
        }
      }
      if (running.get() == 0 && pieces.isEmpty()) {
        done.complete(null);
      }
    }
  }
}
