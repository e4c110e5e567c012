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
 * Words an ending that is no receipt: what happened, where, what to do. Everything the server said
 * stays out of the message. Secrets are masked in what others wrote and in addresses, but not in
 * this library's own sentences, which hold none: a secret that happens to be one of their words
 * would be given away by the gap.
 */
final class Errors {
  private static final int EXCERPT = 4096;

  /** A shorter label of a host, such as {@code com}, is an echo of nothing. */
  private static final int SHORTEST_ECHO = 4;

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.:/-]{1,80}");

  private final ApiEndpoint endpoint;
  private final HttpSender sender;

  Errors(ApiEndpoint endpoint, HttpSender sender) {
    this.endpoint = endpoint;
    this.sender = sender;
  }

  /** The failure that an attempt came to. */
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
        : answered(request, result.response(), result.verdict(), attempts, elapsed, mayHaveArrived);
  }

  private FeedbackException answered(
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
                      hint == null ? "the answer cannot be read" : hint,
                      request.isReadOnly() ? "" : "; the feedback may have arrived"))
          .build();
    }
    return RejectedFeedbackException.builder(endpoint.provider(), response.status())
        .place(place(request))
        .code(verdict.code().map(code -> token(said(request), code)).orElse(null))
        .hint(hint)
        .body(excerpt(response))
        .requestId(verdict.requestId().map(id -> token(said(request), id)).orElse(null))
        .retryAfter(response.retryAfter().orElse(null))
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived && !request.isReadOnly())
        .build();
  }

  /** The verdict's hint, in which only the host that a redirect leads to is the server's word. */
  private @Nullable String hint(WireRequest request, ProviderResponse response, Verdict verdict) {
    String hint = verdict.hint().orElse(null);
    String host = response.header("Location").map(Verdict::host).orElse(null);
    return hint == null || host == null || host.contains(" ") || isSayable(request, host)
        ? hint
        : hint.replace(" to " + host + " ", " to another place ");
  }

  private boolean isSayable(WireRequest request, String host) {
    String said = said(request);
    return endpoint.redact(host).equals(host)
        && Stream.of(host.toLowerCase(Locale.ROOT).split("\\.", -1))
            .noneMatch(label -> label.length() >= SHORTEST_ECHO && said.contains(label));
  }

  /** The provider asked this client to wait, for longer than the call has time. */
  FeedbackException paused(
      @Nullable WireRequest request,
      int status,
      Duration left,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    boolean question = request != null && request.isReadOnly();
    return RejectedFeedbackException.builder(endpoint.provider(), status)
        .place(request == null ? "" : place(request))
        .hint("the provider asked this client to wait longer than this call may take")
        .retryAfter(left)
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived && !question)
        .build();
  }

  FeedbackException undelivered(
      @Nullable WireRequest request,
      Reason reason,
      int attempts,
      Duration elapsed,
      boolean uncertain,
      @Nullable IOException cause) {
    boolean question = request != null && request.isReadOnly();
    boolean mayHaveArrived = uncertain && !question;
    String fate =
        question ? "" : mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored";
    return UndeliveredFeedbackException.builder(endpoint.provider(), reason)
        .attempts(attempts)
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived)
        .message(what(request, reason, cause) + fate)
        .cause(cause == null ? null : ForeignException.of(cause))
        .build();
  }

  /** An error of this process, such as no memory, ended a call on its way. */
  FeedbackException broken(WireRequest request, Throwable bug, Sent sent, Duration elapsed) {
    boolean mayHaveArrived = sent.uncertain() && !request.isReadOnly();
    return UndeliveredFeedbackException.builder(
            endpoint.provider(), sent.attempts() == 0 ? Reason.UNREACHABLE : Reason.CONNECTION_LOST)
        .attempts(sent.attempts())
        .elapsed(elapsed)
        .mayHaveArrived(mayHaveArrived)
        .message(
            endpoint.provider()
                + " was not heard: an error in this process ended the call ("
                + bug.getClass().getName()
                + ")"
                + (mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored"))
        .build();
  }

  /** Nothing was sent, because the class path does not fit together. */
  FeedbackException linkage(LinkageError error) {
    return UndeliveredFeedbackException.builder(endpoint.provider(), Reason.LINKAGE)
        .message(
            "%s was sent nothing: %s (%s); surely not stored"
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
      case CLOSED, FULL -> throw new AssertionError(reason + " is the client's own");
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

  /** A server's short token; null if it is none, holds a secret or echoes what the person said. */
  private @Nullable String token(String said, String text) {
    return TOKEN.matcher(text).matches()
            && endpoint.redact(text).equals(text)
            && !said.contains(text.toLowerCase(Locale.ROOT))
        ? text
        : null;
  }

  private static String said(WireRequest request) {
    return request.json().toLowerCase(Locale.ROOT);
  }
}
