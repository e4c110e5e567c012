package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;
import java.time.Duration;

/** Exponential backoff with full jitter: any wait from nothing to twice the last bound. */
final class Backoff {
  private Backoff() {}

  /** The wait before a retry, of which there were {@code retries} already. */
  static Duration before(int retries, ClientSettings settings, Time time) {
    double doubled = settings.firstBackoff().toMillis() * Math.pow(2, retries);
    double bound = Math.min(doubled, (double) settings.maxBackoff().toMillis());
    return Duration.ofNanos((long) (bound * time.random() * 1_000_000));
  }
}
