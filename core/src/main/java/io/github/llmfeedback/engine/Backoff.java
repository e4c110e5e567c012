package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;

/** Exponential backoff with full jitter: a random wait from zero to twice the last bound. */
final class Backoff {
  private Backoff() {}

  /** The wait before a retry, after {@code retries} earlier ones; at least {@code asked}. */
  static Duration before(int retries, Duration asked, ClientSettings settings, Time time) {
    double doubled = settings.firstBackoff().toMillis() * Math.pow(2, retries);
    double bound = Math.min(doubled, (double) settings.maxBackoff().toMillis());
    Duration wait = Duration.ofNanos((long) (bound * time.random() * 1_000_000));
    return wait.compareTo(asked) < 0 ? asked : wait;
  }
}
