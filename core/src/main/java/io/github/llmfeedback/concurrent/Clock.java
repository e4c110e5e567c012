package io.github.llmfeedback.concurrent;

import java.time.Instant;

/** A source of time; tests use their own. */
public interface Clock {
  /** Monotonic nanoseconds. */
  long nanoTime();

  /** The wall-clock time, to compare with dates that servers send. */
  Instant now();

  /** The same in milliseconds since 1970-01-01T00:00Z. */
  default long millis() {
    return now().toEpochMilli();
  }
}
