package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.engine.http.Exchange;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of one attempt, and whether another makes sense.
 *
 * @param response the response; null if none came
 * @param verdict what the response means; null if none came
 * @param reason why no response came; null if one did
 * @param cause OkHttp's exception, if any
 * @param leavesDoubt whether the provider may have stored the feedback without accepting it
 * @param retry whether to try again
 */
record AttemptResult(
    @Nullable ProviderResponse response,
    @Nullable Verdict verdict,
    @Nullable Reason reason,
    @Nullable IOException cause,
    boolean leavesDoubt,
    Retry retry) {
  /** Whether another attempt makes sense. */
  private enum Retry {
    NO,
    /** Only if it is harmless to send the request twice, or the settings allow it. */
    IF_REPEATABLE,
    YES
  }

  // Preallocated, because memory may have run out when they are needed.

  static final AttemptResult TIMED_OUT = failed(Reason.TIMEOUT, false, null);
  static final AttemptResult SENT_AND_TIMED_OUT = failed(Reason.TIMEOUT, true, null);

  /** It is unknown how the attempt ended. */
  static final AttemptResult LOST = failed(Reason.CONNECTION_LOST, true, null);

  /**
   * The result when a response came.
   *
   * @param isChunk whether the request carried several feedbacks
   */
  static AttemptResult responded(ProviderResponse response, Verdict verdict, boolean isChunk) {
    return switch (verdict.kind()) {
      case ACCEPTED -> of(response, verdict, false, Retry.NO);
      case REFUSED ->
          of(response, verdict, isChunk && Splitting.leavesDoubt(response, verdict), Retry.NO);
      // A gateway may send 503 for a server that stored the feedback; 429 always means it did not.
      case BUSY -> of(response, verdict, response.status() >= 500, Retry.YES);
      case UNCERTAIN -> of(response, verdict, true, Retry.IF_REPEATABLE);
      // A response that is too large would be too large again.
      case UNREADABLE ->
          of(
              response,
              verdict,
              true,
              response.isCut() && !response.isTooLarge() ? Retry.IF_REPEATABLE : Retry.NO);
    };
  }

  private static AttemptResult of(
      ProviderResponse response, Verdict verdict, boolean leavesDoubt, Retry retry) {
    return new AttemptResult(response, verdict, null, null, leavesDoubt, retry);
  }

  /** The result when no response came. */
  static AttemptResult failed(Exchange exchange) {
    return failed(Objects.requireNonNull(exchange.reason()), exchange.sent(), exchange.cause());
  }

  private static AttemptResult failed(Reason reason, boolean sent, @Nullable IOException cause) {
    Retry retry =
        switch (reason) {
          case UNTRUSTED, CANCELLED, LINKAGE -> Retry.NO;
          default -> sent ? Retry.IF_REPEATABLE : Retry.YES;
        };
    return new AttemptResult(null, null, reason, cause, sent, retry);
  }

  boolean isAccepted() {
    return verdict != null && verdict.kind() == Verdict.Kind.ACCEPTED;
  }

  /** Whether a response came, and the provider is not too busy. */
  boolean isFromProvider() {
    return verdict != null && verdict.kind() != Verdict.Kind.BUSY;
  }

  boolean isWorthRepeating(WireRequest request, ClientSettings settings) {
    return retry == Retry.YES
        || (retry == Retry.IF_REPEATABLE && (request.isRepeatable() || settings.repeatUncertain()));
  }

  /** How long the server asked to wait; zero if it did not. */
  Duration requestedWait() {
    return response == null ? Duration.ZERO : response.retryAfter().orElse(Duration.ZERO);
  }

  /** The status with which a busy provider asked for a pause, which applies to all calls to it. */
  Optional<Integer> pausedBy() {
    return response == null
            || verdict == null
            || verdict.kind() != Verdict.Kind.BUSY
            || requestedWait().isZero()
        ? Optional.empty()
        : Optional.of(response.status());
  }

  /** For the log. */
  @Override
  public String toString() {
    return response == null || verdict == null
        ? "no response, " + (leavesDoubt ? "UNCERTAIN " : "NEVER_SENT ") + reason
        : response.status() + " " + verdict.kind();
  }
}
