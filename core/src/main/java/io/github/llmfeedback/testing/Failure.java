package io.github.llmfeedback.testing;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a call can fail at a real provider, one example of each kind. */
public enum Failure {
  /** The provider cannot keep the feedback under any policy; nothing was sent. */
  UNREPRESENTABLE,
  /** The provider answered 400. */
  REJECTED,
  /** The provider answered 401. */
  WRONG_KEY,
  /** The provider answered 429 to every attempt, and asks to wait for half a minute. */
  RATE_LIMITED,
  /** The provider answered 500; the feedback may have arrived. */
  SERVER_ERROR,
  /** The provider answered 503 to every attempt; the feedback may have arrived. */
  UNAVAILABLE,
  /** The response is a web page with status 200; the feedback may have arrived. */
  UNREADABLE,
  /** No connection could be made. */
  UNREACHABLE,
  /** The certificate is not trusted. */
  UNTRUSTED,
  /** The connection broke before the response; the feedback may have arrived. */
  CONNECTION_LOST,
  /** No response came in time; the feedback may have arrived. */
  TIMEOUT,
  /** The time ran out before anything was sent. */
  TIMEOUT_UNSENT,
  /** The thread was interrupted while it waited; the feedback may have arrived. */
  INTERRUPTED,
  /** The call was cancelled while it was in flight; the feedback may have arrived. */
  CANCELLED,
  /** The client was closed before anything was sent. */
  CLOSED,
  /** Too much was queued; nothing was sent. */
  FULL,
  /** The provider was not seen to keep the feedback, although it accepted it. */
  UNCONFIRMED,
  /**
   * The class path has another version of Jackson or OkHttp than the library needs; nothing was
   * sent.
   */
  LINKAGE;

  private static final String PLACE = "POST https://provider.example/feedback";

  /** A new exception of this kind, as {@code provider}'s client would throw it. */
  public FeedbackException of(String provider) {
    return switch (this) {
      case UNREPRESENTABLE ->
          UnrepresentableFeedbackException.builder(
                  provider, provider + " cannot keep this feedback: the test says so")
              .build();
      case REJECTED -> rejected(provider, 400, 1, false, null);
      case WRONG_KEY -> rejected(provider, 401, 1, false, "the key is wrong");
      case RATE_LIMITED -> rejected(provider, 429, 3, false, "the provider is busy");
      case SERVER_ERROR -> rejected(provider, 500, 1, true, null);
      case UNAVAILABLE -> rejected(provider, 503, 3, true, "the provider is busy");
      case UNREADABLE ->
          UnreadableResponseException.builder(provider, 200)
              .body("<!DOCTYPE html><html><body>Welcome</body></html>")
              .elapsed(Duration.ofMillis(120))
              .message(
                  provider
                      + " answered 200 to "
                      + PLACE
                      + ", but it is a web page; check the base URL; the feedback may have arrived")
              .build();
      case UNREACHABLE -> undelivered(provider, Reason.UNREACHABLE, 3, false);
      case UNTRUSTED -> undelivered(provider, Reason.UNTRUSTED, 1, false);
      case CONNECTION_LOST -> undelivered(provider, Reason.CONNECTION_LOST, 1, true);
      case TIMEOUT -> undelivered(provider, Reason.TIMEOUT, 1, true);
      case TIMEOUT_UNSENT -> undelivered(provider, Reason.TIMEOUT, 0, false);
      case INTERRUPTED -> undelivered(provider, Reason.INTERRUPTED, 1, true);
      case CANCELLED -> undelivered(provider, Reason.CANCELLED, 1, true);
      case CLOSED -> undelivered(provider, Reason.CLOSED, 0, false);
      case FULL -> undelivered(provider, Reason.FULL, 0, false);
      case UNCONFIRMED -> undelivered(provider, Reason.UNCONFIRMED, 2, true);
      case LINKAGE -> undelivered(provider, Reason.LINKAGE, 0, false);
    };
  }

  private static FeedbackException rejected(
      String provider, int status, int attempts, boolean mayHaveArrived, @Nullable String hint) {
    return RejectedFeedbackException.builder(provider, status)
        .place(PLACE)
        .hint(hint)
        .body("{\"error\":{\"message\":\"the test says so\"}}")
        .retryAfter(status == 429 ? Duration.ofSeconds(30) : null)
        .attempts(attempts)
        .elapsed(Duration.ofMillis(120))
        .mayHaveArrived(mayHaveArrived)
        .build();
  }

  static FeedbackException undelivered(
      String provider, Reason reason, int attempts, boolean mayHaveArrived) {
    return UndeliveredFeedbackException.builder(provider, reason)
        .attempts(attempts)
        .elapsed(reason == Reason.TIMEOUT ? Duration.ofSeconds(10) : Duration.ZERO)
        .mayHaveArrived(mayHaveArrived)
        .message(
            "%s; %s"
                .formatted(
                    switch (reason) {
                      case CLOSED -> "the " + provider + " client is closed";
                      case FULL -> "the " + provider + " client has too much in flight already";
                      default -> "%s gave no answer to %s: %s".formatted(provider, PLACE, reason);
                    },
                    mayHaveArrived ? "the feedback may have arrived" : "it was not stored"))
        .build();
  }
}
