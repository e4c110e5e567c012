package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.engine.http.HttpSender;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.redaction.KnownException;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Creates the exceptions of failed calls, whose messages say what happened, where, and what to do.
 * The server's own text stays out of the message. Secrets are masked in text from outside and in
 * URLs, but not in this library's own sentences, which hold none: masking a secret that happens to
 * be one of their words would give it away.
 */
final class Errors {
  private static final int EXCERPT = 4096;

  /** A shorter label of a host, such as {@code com}, does not count as an echo. */
  private static final int SHORTEST_ECHO = 4;

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.:/-]{1,80}");

  private final ApiEndpoint endpoint;
  private final HttpSender sender;

  Errors(ApiEndpoint endpoint, HttpSender sender) {
    this.endpoint = endpoint;
    this.sender = sender;
  }

  /** The failure with which an attempt ended. */
  FeedbackException of(
      WireRequest request,
      AttemptResult result,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    return result.response() == null || result.verdict() == null
        ? undelivered(
            request,
            Objects.requireNonNull(result.reason()),
            attempts,
            elapsed,
            mayHaveArrived,
            result.cause())
        : responded(
            request, result.response(), result.verdict(), attempts, elapsed, mayHaveArrived);
  }

  private FeedbackException responded(
      WireRequest request,
      ProviderResponse response,
      Verdict verdict,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    String hint = hint(request, response, verdict);
    if (verdict.kind() == Verdict.Kind.UNREADABLE) {
      return UnreadableResponseException.builder(endpoint.provider(), response.status())
          .body(excerpt(response))
          .attempts(attempts)
          .elapsed(elapsed)
          .mayHaveArrived(mayHaveArrived && !request.isReadOnly())
          .message(
              "%s answered %d to %s, but %s%s"
                  .formatted(
                      endpoint.provider(),
                      response.status(),
                      place(request),
                      hint == null ? "the response cannot be read" : hint,
                      request.isReadOnly() ? "" : "; the feedback may have arrived"))
          .build();
    }
    return RejectedFeedbackException.builder(endpoint.provider(), response.status())
        .place(place(request))
        .code(verdict.code().map(code -> token(requestText(request), code)).orElse(null))
        .hint(hint)
        .body(excerpt(response))
        .requestId(verdict.requestId().map(id -> token(requestText(request), id)).orElse(null))
        .retryAfter(response.retryAfter().orElse(null))
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived && !request.isReadOnly())
        .build();
  }

  /** The verdict's hint, in which only the host of a redirect is text from the server. */
  private @Nullable String hint(WireRequest request, ProviderResponse response, Verdict verdict) {
    String hint = verdict.hint().orElse(null);
    String host = response.header("Location").map(Verdict::host).orElse(null);
    return hint == null || host == null || host.contains(" ") || isSayable(request, host)
        ? hint
        : hint.replace(" to " + host + " ", " to another place ");
  }

  private boolean isSayable(WireRequest request, String host) {
    String requestText = requestText(request);
    return endpoint.redact(host).equals(host)
        && Stream.of(host.toLowerCase(Locale.ROOT).split("\\.", -1))
            .noneMatch(label -> label.length() >= SHORTEST_ECHO && requestText.contains(label));
  }

  /** The provider asked this client to wait for longer than the call may take. */
  FeedbackException paused(
      @Nullable WireRequest request,
      int status,
      Duration left,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    boolean isReadOnly = request != null && request.isReadOnly();
    return RejectedFeedbackException.builder(endpoint.provider(), status)
        .place(request == null ? "" : place(request))
        .hint("the provider asked this client to wait longer than this call may take")
        .retryAfter(left)
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived && !isReadOnly)
        .build();
  }

  FeedbackException undelivered(
      @Nullable WireRequest request,
      Reason reason,
      int attempts,
      Duration elapsed,
      boolean uncertain,
      @Nullable IOException cause) {
    boolean isReadOnly = request != null && request.isReadOnly();
    boolean mayHaveArrived = uncertain && !isReadOnly;
    String stored =
        isReadOnly
            ? ""
            : mayHaveArrived ? "; the feedback may have arrived" : "; it was not stored";
    return UndeliveredFeedbackException.builder(endpoint.provider(), reason)
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived)
        .message(what(request, reason, cause) + stored)
        .cause(cause == null ? null : ForeignException.of(cause))
        .build();
  }

  /** An error in this process, such as out of memory, ended a call that had begun. */
  FeedbackException broken(
      @Nullable WireRequest request, Throwable bug, Sent sent, Duration elapsed) {
    boolean isReadOnly = request != null && request.isReadOnly();
    boolean mayHaveArrived = sent.uncertain() && !isReadOnly;
    return UndeliveredFeedbackException.builder(
            endpoint.provider(), sent.attempts() == 0 ? Reason.UNREACHABLE : Reason.CONNECTION_LOST)
        .attempts(sent.attempts())
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived)
        .message(
            endpoint.provider()
                + " gave no answer: an error in this process ended the call ("
                + bug.getClass().getName()
                + ")"
                + (mayHaveArrived ? "; the feedback may have arrived" : "; it was not stored"))
        .build();
  }

  /** Nothing was sent, because versions on the class path do not match. */
  FeedbackException linkage(LinkageError error) {
    return UndeliveredFeedbackException.builder(endpoint.provider(), Reason.LINKAGE)
        .message(
            "%s was sent nothing: %s (%s); it was not stored"
                .formatted(endpoint.provider(), explain(Reason.LINKAGE, null), error))
        .cause(ForeignException.of(error))
        .build();
  }

  private String what(@Nullable WireRequest request, Reason reason, @Nullable IOException cause) {
    String to = request == null ? "" : " to " + place(request);
    return switch (reason) {
      case CLOSED -> "the " + endpoint.provider() + " client is closed";
      case FULL ->
          "the "
              + endpoint.provider()
              + " client has too much in flight already; wait, or raise the settings'"
              + " maxPending or maxPendingBytes";
      default -> endpoint.provider() + " gave no answer" + to + ": " + explain(reason, cause);
    };
  }

  private static String explain(Reason reason, @Nullable IOException cause) {
    KnownException known = KnownException.in(cause);
    if (known != null) {
      return String.valueOf(known.getMessage());
    }
    return switch (reason) {
      case UNREACHABLE -> "no connection could be made; check the base URL and the network";
      case UNTRUSTED ->
          "its certificate is not trusted or names another host; check the base URL,"
              + " or trust the certificate in the settings' OkHttpClient";
      case CONNECTION_LOST -> "the connection broke before the answer was whole";
      case TIMEOUT -> "the time allowed ran out";
      case INTERRUPTED -> "the waiting thread was interrupted";
      case CANCELLED -> "the call was cancelled";
      case CLOSED, FULL, UNCONFIRMED -> throw new AssertionError(reason + " is the client's own");
      case LINKAGE ->
          "a class is missing, or of another version than this library was made for; check the"
              + " versions of Jackson, OkHttp, Okio and Kotlin on the class path";
    };
  }

  private String place(WireRequest request) {
    return request.method() + " " + sender.shownUrl(request);
  }

  private String excerpt(ProviderResponse response) {
    return endpoint.excerpt(response.text(), EXCERPT, response.isCut());
  }

  /** A server's short token; null if it is not one, holds a secret or echoes the feedback. */
  private @Nullable String token(String requestText, String text) {
    return TOKEN.matcher(text).matches()
            && endpoint.redact(text).equals(text)
            && !requestText.contains(text.toLowerCase(Locale.ROOT))
        ? text
        : null;
  }

  private static String requestText(WireRequest request) {
    return request.json().toLowerCase(Locale.ROOT);
  }
}
