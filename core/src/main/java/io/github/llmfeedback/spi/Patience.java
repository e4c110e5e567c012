package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * A call's time and retries: whether it tries again, and when. Not thread-safe: its call's lock
 * guards it.
 */
final class Patience {
  private final Carrier carrier;
  private final ClientSettings settings;
  private final WireRequest request;
  private final boolean pausesStandStill;
  private long deadline;
  private int retries;

  /**
   * The patience of a call that begins now.
   *
   * @param pausesStandStill whether a pause the provider asks for costs neither time nor a retry,
   *     because the time of a whole batch bounds it
   */
  Patience(Carrier carrier, WireRequest request, boolean pausesStandStill) {
    this.carrier = carrier;
    this.settings = carrier.settings;
    this.request = request;
    this.pausesStandStill = pausesStandStill;
    beginNow();
  }

  void beginNow() {
    deadline = carrier.time.nanoTime() + settings.totalTimeout().toNanos();
  }

  private Duration left() {
    return Duration.ofNanos(deadline - carrier.time.nanoTime());
  }

  /** How long the next attempt may take. */
  Duration forAttempt() {
    Duration left = left();
    return left.compareTo(settings.attemptTimeout()) < 0 ? left : settings.attemptTimeout();
  }

  /** How long the client's pause still lasts; nothing if there is none. */
  Duration pause() {
    Duration pause = carrier.pause.left();
    return pause.isNegative() ? Duration.ZERO : pause;
  }

  /** Whether the client's pause lasts longer than the call may. */
  boolean isPausedTooLong() {
    return !pausesStandStill && !pause().isZero() && pause().compareTo(left()) >= 0;
  }

  /** Takes note of a pause that is sat out. */
  Duration sitOut(Duration pause) {
    if (pausesStandStill) {
      deadline += pause.toNanos();
    }
    return pause;
  }

  /** How long to wait before the next attempt; empty if this was the last. */
  Optional<Duration> after(Tried tried) {
    Duration wait = Backoff.before(retries, tried.askedWait(), settings, carrier.time);
    tried.pausedBy().ifPresent(status -> carrier.pause.begin(status, wait));
    if (carrier.isTooLong(wait) || !tried.isWorthRepeating(request, settings)) {
      return Optional.empty();
    }
    if (pausesStandStill && tried.pausedBy().isPresent()) {
      return Optional.of(sitOut(wait));
    }
    if (retries == settings.maxRetries() || left().compareTo(wait) <= 0 || !carrier.budget.take()) {
      return Optional.empty();
    }
    retries++;
    return Optional.of(wait);
  }
}
