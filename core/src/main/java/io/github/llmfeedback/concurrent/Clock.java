package io.github.llmfeedback.concurrent;

import java.time.Instant;

/** Tells the time; tests bring their own. */
public interface Clock {
  /** Monotonic nanoseconds. */
  long nanoTime();

  /** The wall clock, for dates that servers name. */
  Instant now();
}
