package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call's deadline and retries: whether it tries again, and when. Not thread-safe: guarded by its
 * call's lock.
 */
final class RetrySchedule {
  /** A batch that would have less time than this left after a pause does not wait it out. */
  private static final Duration MIN_TIME_LEFT = Duration.ofSeconds(10);

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

  /** How long the client's pause still lasts; zero if there is none. */
  Duration pause() {
    Duration pause = calls.pause.left();
    return pause.isNegative() ? Duration.ZERO : pause;
  }

  /** How long the call must wait before its next attempt; zero if it need not. */
  Duration pauseBefore(Object call) {
    return calls.pause.before(call, settings.attemptTimeout());
  }

  /** Whether a pause lasts longer than the call, or its batch, may. */
  boolean outlastsCall(Duration pause) {
    if (pause.isZero()) {
      return false;
    }
    Duration left = batchEnds == null ? left() : leftOf(batchEnds);
    return pause.compareTo(left) >= 0;
  }

  /** What is left of a batch's time, less the time for one more attempt. */
  private Duration leftOf(long batchEnds) {
    Duration attempt = settings.attemptTimeout();
    return Duration.ofNanos(batchEnds - calls.time.nanoTime())
        .minus(attempt.compareTo(MIN_TIME_LEFT) < 0 ? attempt : MIN_TIME_LEFT);
  }

  /** Notes a pause that is waited out, which extends the deadline of a batch's call. */
  Duration waitOut(Duration pause) {
    if (batchEnds != null) {
      deadline += pause.toNanos();
    }
    return pause;
  }

  /**
   * Decides whether there is another attempt, and after how long; empty if this was the last.
   * Begins the client's pause if the provider asked for one, and takes the retry from the budget.
   */
  Optional<Duration> decideRetry(AttemptResult result) {
    Duration backoff = Backoff.before(retries, result.requestedWait(), settings, calls.time);
    result.pausedBy().ifPresent(status -> calls.pause.begin(status, backoff));
    Duration wait = calls.pause.atMost(backoff);
    if (calls.outlastsClose(wait) || !result.isWorthRepeating(request, settings)) {
      return Optional.empty();
    }
    if (batchEnds != null && result.pausedBy().isPresent()) {
      return outlastsCall(wait) ? Optional.empty() : Optional.of(waitOut(wait));
    }
    if (retries == settings.maxRetries() || left().compareTo(wait) <= 0 || !calls.budget.take()) {
      return Optional.empty();
    }
    retries++;
    return Optional.of(wait);
  }
}
