package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableAnswerException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Words an ending that is no receipt: what happened, where, what to do. Everything the server said
 * stays out of the message. Secrets are masked in what others wrote and in addresses, but not in
 * this library's own sentences, which hold none: a secret that happens to be one of their words
 * would be given away by the gap.
 */
final class Failures {
  private static final int EXCERPT = 4096;

  private final Connection connection;

  Failures(Connection connection) {
    this.connection = connection;
  }

  /** The failure that an attempt came to. */
  FeedbackException of(
      WireRequest request, Tried tried, int attempts, Duration elapsed, boolean mayHaveArrived) {
    return tried.answer() == null || tried.verdict() == null
        ? undelivered(
            request,
            Objects.requireNonNull(tried.reason()),
            attempts,
            elapsed,
            mayHaveArrived,
            tried.cause())
        : answered(request, tried.answer(), tried.verdict(), attempts, elapsed, mayHaveArrived);
  }

  private FeedbackException answered(
      WireRequest request,
      Answer answer,
      Verdict verdict,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    String hint = hint(answer, verdict);
    if (verdict.kind() == Verdict.Kind.UNREADABLE) {
      return new UnreadableAnswerException(
          connection.provider(),
          answer.status(),
          excerpt(answer),
          attempts,
          elapsed,
          mayHaveArrived && !request.isQuestion(),
          "%s answered %d to %s, but %s%s"
              .formatted(
                  connection.provider(),
                  answer.status(),
                  place(request),
                  hint == null ? "the answer cannot be read" : hint,
                  request.isQuestion() ? "" : "; the feedback may have arrived"));
    }
    return RejectedFeedbackException.builder(connection.provider(), answer.status())
        .place(place(request))
        .code(verdict.code().map(code -> code(request, code)).orElse(null))
        .hint(hint)
        .body(excerpt(answer))
        .requestId(verdict.requestId().map(this::token).orElse(null))
        .retryAfter(answer.retryAfter().orElse(null))
        .effort(attempts, elapsed)
        .mayHaveArrived(mayHaveArrived && !request.isQuestion())
        .build();
  }

  /** The verdict's hint, in which only the host that a redirect leads to is the server's word. */
  private @Nullable String hint(Answer answer, Verdict verdict) {
    String hint = verdict.hint().orElse(null);
    String host = answer.header("Location").map(Verdict::host).orElse(null);
    return hint == null || host == null
        ? hint
        : hint.replace(" to " + host + " ", " to " + connection.redact(host) + " ");
  }

  /** The provider asked this client to wait, for longer than the call has time. */
  FeedbackException paused(
      @Nullable WireRequest request,
      int status,
      Duration left,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived) {
    boolean question = request != null && request.isQuestion();
    return RejectedFeedbackException.builder(connection.provider(), status)
        .place(request == null ? "" : place(request))
        .hint("the provider asked this client to wait longer than this call may take")
        .retryAfter(left)
        .effort(attempts, elapsed)
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
    boolean question = request != null && request.isQuestion();
    boolean mayHaveArrived = uncertain && !question;
    String fate =
        question ? "" : mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored";
    return new UndeliveredFeedbackException(
        connection.provider(),
        reason,
        attempts,
        elapsed,
        mayHaveArrived,
        what(request, reason, cause) + fate,
        cause == null ? null : clean(cause));
  }

  /** An error of this process, such as no memory, ended a call on its way. */
  FeedbackException broken(WireRequest request, Throwable bug, Sent sent, Duration elapsed) {
    boolean mayHaveArrived = sent.uncertain() && !request.isQuestion();
    return new UndeliveredFeedbackException(
        connection.provider(),
        sent.attempts() == 0 ? Reason.UNREACHABLE : Reason.CONNECTION_LOST,
        sent.attempts(),
        elapsed,
        mayHaveArrived,
        connection.provider()
            + " was not heard: an error in this process ended the call ("
            + bug.getClass().getName()
            + ")"
            + (mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored"),
        null);
  }

  /** Nothing was sent, because the class path does not fit together. */
  FeedbackException linkage(LinkageError error) {
    return new UndeliveredFeedbackException(
        connection.provider(),
        Reason.LINKAGE,
        0,
        Duration.ZERO,
        false,
        "%s was sent nothing: %s (%s); surely not stored"
            .formatted(connection.provider(), explain(Reason.LINKAGE, null), error),
        error);
  }

  private String what(@Nullable WireRequest request, Reason reason, @Nullable IOException cause) {
    String to = request == null ? "" : " to " + place(request);
    return switch (reason) {
      case CLOSED -> "the " + connection.provider() + " client is closed";
      case FULL ->
          "the "
              + connection.provider()
              + " client has too much in flight already; wait, or raise the settings'"
              + " maxPending or maxPendingBytes";
      default -> connection.provider() + " gave no answer" + to + ": " + explain(reason, cause);
    };
  }

  private static String explain(Reason reason, @Nullable IOException cause) {
    if (cause instanceof Phase.InterimResponses) {
      return "several interim responses (1xx) came first, after which OkHttp reads no answer";
    }
    if (cause instanceof Attempt.Broken) {
      return String.valueOf(cause.getMessage());
    }
    if (cause instanceof Inflow.TooMuch) {
      return "more than " + (Inflow.MOST >> 20) + " MB came, and no end of the answer's head";
    }
    PlainHttp.Refused refused = PlainHttp.Refused.in(cause);
    if (refused != null) {
      return String.valueOf(refused.getMessage());
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

  /** Why OkHttp failed, given whether the request had begun to leave. */
  static Reason reason(IOException e, boolean sent, boolean cancelled) {
    if (e instanceof InterruptedIOException
        && !(e.getCause() instanceof RejectedExecutionException)) {
      return Reason.TIMEOUT;
    } else if (cancelled) {
      return Reason.CANCELLED;
    } else if (sent) {
      return Reason.CONNECTION_LOST;
    }
    if (isLinkage(e)) {
      return Reason.LINKAGE;
    }
    return isUntrusted(e) ? Reason.UNTRUSTED : Reason.UNREACHABLE;
  }

  /** Where an error ends a call, OkHttp tells an exception of its own and suppresses the error. */
  private static boolean isLinkage(IOException e) {
    return e.getCause() instanceof LinkageError
        || Stream.of(e.getSuppressed()).anyMatch(LinkageError.class::isInstance);
  }

  private static boolean isUntrusted(IOException e) {
    if (PlainHttp.Refused.in(e) != null) {
      return true;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLPeerUnverifiedException || t instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  /**
   * The cause without the server's words, which a malformed status line or header would bring, be
   * it as a cause of the cause.
   */
  private IOException clean(IOException e) {
    if (e instanceof InterruptedIOException
        || e instanceof SocketException
        || e instanceof javax.net.ssl.SSLException
        || e instanceof java.net.UnknownHostException
        || e instanceof Phase.InterimResponses
        || e instanceof Inflow.TooMuch
        || e instanceof PlainHttp.Refused
        || e.getCause() instanceof RuntimeException) {
      return e;
    }
    boolean isOkHttps = e.getClass() == IOException.class;
    String message = isOkHttps ? String.valueOf(e.getMessage()) : e.getClass().getName();
    IOException clean = new IOException(connection.redact(message));
    clean.setStackTrace(e.getStackTrace());
    return clean;
  }

  private String place(WireRequest request) {
    return request.method() + " " + connection.redact(connection.url(request).toString());
  }

  private String excerpt(Answer answer) {
    String text = answer.text();
    String clean = answer.isCut() ? connection.redactCut(text) : connection.redact(text);
    if (clean.length() <= EXCERPT) {
      return clean;
    }
    boolean inside = Character.isHighSurrogate(clean.charAt(EXCERPT - 1));
    return clean.substring(0, inside ? EXCERPT - 1 : EXCERPT);
  }

  /** The provider's code; null if it is none, or an echo of what the person said. */
  private @Nullable String code(WireRequest request, String text) {
    String said = request.json().toLowerCase(Locale.ROOT);
    return said.contains(text.toLowerCase(Locale.ROOT)) ? null : token(text);
  }

  /** A server's short token; null if it is anything else, or holds a secret. */
  private @Nullable String token(String text) {
    return text.matches("[A-Za-z0-9_.:/-]{1,80}") && connection.redact(text).equals(text)
        ? text
        : null;
  }
}
