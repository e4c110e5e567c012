package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call's time and retries: whether it tries again, and when. Not thread-safe: its call's lock
 * guards it.
 */
final class RetrySchedule {
  /** A batch that would have less time than this after a pause does not sit it out. */
  private static final Duration MOMENT = Duration.ofSeconds(10);

  private final ClientCalls calls;
  private final ClientSettings settings;
  private final WireRequest request;
  private final @Nullable Long batchEnds;
  private long deadline;
  private int retries;

  /**
   * The schedule of a call that begins now.
   *
   * @param batchEnds when the time of the batch ends that the call belongs to, as {@link
   *     Time#nanoTime}; a pause the provider asks for then costs neither time nor a retry. Null for
   *     a single call
   */
  RetrySchedule(ClientCalls calls, WireRequest request, @Nullable Long batchEnds) {
    this.calls = calls;
    this.settings = calls.settings;
    this.request = request;
    this.batchEnds = batchEnds;
    beginNow();
  }

  void beginNow() {
    deadline = calls.time.nanoTime() + settings.totalTimeout().toNanos();
  }

  private Duration left() {
    return Duration.ofNanos(deadline - calls.time.nanoTime());
  }

  /** How long the next attempt may take. */
  Duration forAttempt() {
    Duration left = left();
    return left.compareTo(settings.attemptTimeout()) < 0 ? left : settings.attemptTimeout();
  }

  /** How long the client's pause still lasts; nothing if there is none. */
  Duration pause() {
    Duration pause = calls.pause.left();
    return pause.isNegative() ? Duration.ZERO : pause;
  }

  /** How long the call must wait before its next attempt; nothing if it need not. */
  Duration pauseBefore(Object call) {
    return calls.pause.before(call, settings.attemptTimeout());
  }

  /** Whether a pause lasts longer than the call, or its batch, may. */
  boolean isTooLong(Duration pause) {
    if (pause.isZero()) {
      return false;
    }
    Duration left = batchEnds == null ? left() : leftOf(batchEnds);
    return pause.compareTo(left) >= 0;
  }

  /** What is left of a batch's time when an attempt still has to follow. */
  private Duration leftOf(long batchEnds) {
    Duration attempt = settings.attemptTimeout();
    return Duration.ofNanos(batchEnds - calls.time.nanoTime())
        .minus(attempt.compareTo(MOMENT) < 0 ? attempt : MOMENT);
  }

  /** Takes note of a pause that is sat out. */
  Duration sitOut(Duration pause) {
    if (batchEnds != null) {
      deadline += pause.toNanos();
    }
    return pause;
  }

  /** How long to wait before the next attempt; empty if this was the last. */
  Optional<Duration> after(AttemptResult result) {
    Duration asked = Backoff.before(retries, result.askedWait(), settings, calls.time);
    result.pausedBy().ifPresent(status -> calls.pause.begin(status, asked));
    Duration wait = calls.pause.atMost(asked);
    if (calls.isTooLong(wait) || !result.isWorthRepeating(request, settings)) {
      return Optional.empty();
    }
    if (batchEnds != null && result.pausedBy().isPresent()) {
      return isTooLong(wait) ? Optional.empty() : Optional.of(sitOut(wait));
    }
    if (retries == settings.maxRetries() || left().compareTo(wait) <= 0 || !calls.budget.take()) {
      return Optional.empty();
    }
    retries++;
    return Optional.of(wait);
  }
}
