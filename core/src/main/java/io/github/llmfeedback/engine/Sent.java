package io.github.llmfeedback.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was sent of a feedback so far, by all calls that carried it.
 *
 * @param attempts how many requests were begun
 * @param begun when the first began, as {@link Time#nanoTime}; null if none was
 * @param uncertain whether one of them may have arrived
 */
record Sent(int attempts, @Nullable Long begun, boolean uncertain) {
  static final Sent NOTHING = new Sent(0, null, false);

  Sent attempt(long now) {
    return new Sent(attempts + 1, begun == null ? Long.valueOf(now) : begun, uncertain);
  }

  Sent doubt(boolean more) {
    return more && !uncertain ? new Sent(attempts, begun, true) : this;
  }

  /** The time since the first attempt; zero if there was none. */
  Duration elapsed(long now) {
    return begun == null ? Duration.ZERO : Duration.ofNanos(now - begun);
  }
}
