package io.github.llmfeedback.examples.kafka;

import java.time.Duration;

/** How long to leave alone a provider that nothing gets through to: each time twice as long. */
final class Rest {
  private final Duration shortest;
  private final Duration longest;
  private Duration length = Duration.ZERO;
  private long end;

  Rest(Duration shortest, Duration longest) {
    this.shortest = shortest;
    this.longest = longest;
  }

  /** Rests from now on; returns how long. */
  Duration begin() {
    Duration twice = length.isZero() ? shortest : length.multipliedBy(2);
    length = twice.compareTo(longest) < 0 ? twice : longest;
    end = System.nanoTime() + length.toNanos();
    return length;
  }

  /** Something got through; returns whether nothing did before. */
  boolean isOver() {
    boolean rested = isTrial();
    length = Duration.ZERO;
    return rested;
  }

  boolean isNow() {
    return isTrial() && System.nanoTime() - end < 0;
  }

  /** Whether nothing got through the last time: one feedback is to try first. */
  boolean isTrial() {
    return !length.isZero();
  }
}
