package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.concurrent.Clock;
import java.time.Instant;

/** The time of this process. */
final class ProcessClock implements Clock {
  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }
}
