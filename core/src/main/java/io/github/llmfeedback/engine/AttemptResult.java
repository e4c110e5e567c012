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
 * What one attempt came to, and whether another makes sense.
 *
 * @param response the response; null if none came
 * @param verdict what the response means; null if none came
 * @param reason why no answer came; null if one did
 * @param cause what OkHttp said to it
 * @param leavesDoubt whether the provider may keep the feedback although this was no yes
 * @param again whether to try again
 */
record AttemptResult(
    @Nullable ProviderResponse response,
    @Nullable Verdict verdict,
    @Nullable Reason reason,
    @Nullable IOException cause,
    boolean leavesDoubt,
    Again again) {
  /** Whether another attempt makes sense. */
  private enum Again {
    NO,
    /** If arriving twice does no harm or is wished for. */
    IF_REPEATABLE,
    YES
  }

  // Made beforehand, for there may be no memory when they are needed.

  static final AttemptResult TIMED_OUT = failed(Reason.TIMEOUT, false, null);
  static final AttemptResult SENT_AND_TIMED_OUT = failed(Reason.TIMEOUT, true, null);

  /** Nobody knows how it ended. */
  static final AttemptResult LOST = failed(Reason.CONNECTION_LOST, true, null);

  /**
   * An answer came.
   *
   * @param isChunk whether several feedbacks were asked about at once
   */
  static AttemptResult answered(ProviderResponse response, Verdict verdict, boolean isChunk) {
    return switch (verdict.kind()) {
      case ACCEPTED -> of(response, verdict, false, Again.NO);
      case REFUSED ->
          of(response, verdict, isChunk && Splitting.leavesDoubt(response, verdict), Again.NO);
      // A gateway may say 503 for a server that took the feedback; nobody says 429 so.
      case BUSY -> of(response, verdict, response.status() >= 500, Again.YES);
      case UNCERTAIN -> of(response, verdict, true, Again.IF_REPEATABLE);
      // What is too large today is too large again.
      case UNREADABLE ->
          of(
              response,
              verdict,
              true,
              response.isCut() && !response.isTooLarge() ? Again.IF_REPEATABLE : Again.NO);
    };
  }

  private static AttemptResult of(
      ProviderResponse response, Verdict verdict, boolean leavesDoubt, Again again) {
    return new AttemptResult(response, verdict, null, null, leavesDoubt, again);
  }

  /** No answer came. */
  static AttemptResult failed(Exchange exchange) {
    return failed(Objects.requireNonNull(exchange.reason()), exchange.sent(), exchange.cause());
  }

  private static AttemptResult failed(Reason reason, boolean sent, @Nullable IOException cause) {
    Again again =
        switch (reason) {
          case UNTRUSTED, CANCELLED, LINKAGE -> Again.NO;
          default -> sent ? Again.IF_REPEATABLE : Again.YES;
        };
    return new AttemptResult(null, null, reason, cause, sent, again);
  }

  boolean isAccepted() {
    return verdict != null && verdict.kind() == Verdict.Kind.ACCEPTED;
  }

  /** Whether an answer came of a provider that is not too busy. */
  boolean isFromProvider() {
    return verdict != null && verdict.kind() != Verdict.Kind.BUSY;
  }

  boolean isWorthRepeating(WireRequest request, ClientSettings settings) {
    return again == Again.YES
        || (again == Again.IF_REPEATABLE && (request.isRepeatable() || settings.repeatUncertain()));
  }

  /** How long the server asked to wait; nothing if it did not. */
  Duration askedWait() {
    return response == null ? Duration.ZERO : response.retryAfter().orElse(Duration.ZERO);
  }

  /** The status with which a busy provider asked for a pause, which concerns all calls to it. */
  Optional<Integer> pausedBy() {
    return response == null
            || verdict == null
            || verdict.kind() != Verdict.Kind.BUSY
            || askedWait().isZero()
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
