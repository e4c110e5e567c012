package io.github.llmfeedback.engine;

import io.github.llmfeedback.AttemptEvent;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.RetryEvent;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What the attempts of one call count, and tell the listener. Not thread-safe: guarded by its
 * call's lock, so that the events of a call are in order. Nothing here throws.
 */
final class CallReports {
  private final Telemetry telemetry;
  private final Operation operation;
  private final long callId;
  private final int feedbacks;

  /** The number of the attempt that is under way; 0 if none is. */
  private int number;

  /** When it began, as {@link Time#nanoTime}. */
  private long began;

  /**
   * The reports of a call that has not started.
   *
   * @param feedbacks how many its request carries, unless it only reads
   */
  CallReports(Telemetry.Given given, WireRequest request, int feedbacks) {
    boolean reads = request.isReadOnly() || given.operation() == Operation.READ;
    telemetry = given.telemetry();
    operation = reads ? Operation.READ : given.operation();
    callId = given.callId();
    this.feedbacks = reads ? 0 : feedbacks;
  }

  /** An attempt begins. */
  void began(int number, long now) {
    this.number = number;
    began = now;
    telemetry.inFlight(feedbacks);
  }

  /** The attempt that is under way, if any, has ended. */
  void ended(AttemptResult result) {
    over(() -> event(result));
  }

  /** The attempt that is under way, if any, was ended from outside. */
  void stopped(Reason reason) {
    over(() -> failed(reason));
  }

  private void over(Supplier<AttemptEvent.Builder> event) {
    if (number == 0) {
      return;
    }
    telemetry.inFlight(-feedbacks);
    if (telemetry.hasListener()) {
      try {
        AttemptEvent.Builder attempt = event.get().callId(callId).number(number);
        telemetry.attempt(attempt.feedbacks(feedbacks), began);
      } catch (RuntimeException | Error e) {
        // No memory; the call goes on.
      }
    }
    number = 0;
  }

  private AttemptEvent.Builder event(AttemptResult result) {
    ProviderResponse response = result.response();
    Verdict verdict = result.verdict();
    return response == null || verdict == null
        ? failed(Objects.requireNonNull(result.reason()))
        : AttemptEvent.responded(
            telemetry.provider,
            telemetry.host,
            operation,
            response.status(),
            switch (verdict.kind()) {
              case ACCEPTED -> AttemptEvent.Verdict.ACCEPTED;
              case REFUSED -> AttemptEvent.Verdict.REFUSED;
              case BUSY -> AttemptEvent.Verdict.BUSY;
              case UNCERTAIN -> AttemptEvent.Verdict.UNCERTAIN;
              case UNREADABLE -> AttemptEvent.Verdict.UNREADABLE;
            });
  }

  private AttemptEvent.Builder failed(Reason reason) {
    return AttemptEvent.failed(telemetry.provider, telemetry.host, operation, reason);
  }

  /** The call waits, and makes another attempt then. */
  void retries(AttemptResult after, int nextAttempt, Duration delay) {
    try {
      telemetry.countRetry();
      if (telemetry.hasListener()) {
        ProviderResponse response = after.response();
        RetryEvent.Builder event =
            response == null
                ? RetryEvent.afterFailure(
                    telemetry.provider,
                    telemetry.host,
                    operation,
                    Objects.requireNonNull(after.reason()),
                    delay)
                : RetryEvent.afterResponse(
                    telemetry.provider, telemetry.host, operation, response.status(), delay);
        telemetry.retry(
            event
                .callId(callId)
                .nextAttempt(nextAttempt)
                .feedbacks(feedbacks)
                .requested(!after.requestedWait().isZero())
                .build());
      }
    } catch (RuntimeException | Error e) {
      // No memory; the call goes on.
    }
  }
}
