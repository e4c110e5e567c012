package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.time.Instant;

/** What tells the engine the time, wakes it, and rolls its dice; tests bring their own. */
public interface Time {
  /** Monotonic nanoseconds. */
  long nanoTime();

  /** The wall clock, for dates that servers name. */
  Instant now();

  /** A random number from 0 (inclusive) to 1 (exclusive). */
  double random();

  /** Runs {@code task} after {@code delay}, on a thread that must not be held. */
  Alarm schedule(Runnable task, Duration delay);

  /** A task that has not run yet. */
  interface Alarm {
    void cancel();
  }
}
