package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.cert.CertificateException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Maps OkHttp's exceptions to this library's reasons. */
final class FailureReason {
  private FailureReason() {}

  /**
   * The reason of a failure.
   *
   * @param sent whether sending the request had begun
   * @param cancelled whether somebody cancelled the call through OkHttp
   */
  static Reason of(IOException e, boolean sent, boolean cancelled) {
    if (e instanceof InterruptedIOException
        && !(e.getCause() instanceof RejectedExecutionException)) {
      return Reason.TIMEOUT;
    } else if (cancelled) {
      return Reason.CANCELLED;
    } else if (sent) {
      return Reason.CONNECTION_LOST;
    } else if (isLinkage(e)) {
      return Reason.LINKAGE;
    }
    return isUntrusted(e) ? Reason.UNTRUSTED : Reason.UNREACHABLE;
  }

  /** When an error ends a call, OkHttp reports its own exception with the error suppressed. */
  private static boolean isLinkage(IOException e) {
    return e.getCause() instanceof LinkageError
        || Stream.of(e.getSuppressed()).anyMatch(LinkageError.class::isInstance);
  }

  private static boolean isUntrusted(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof PlainHttp.Refused
          || t instanceof SSLPeerUnverifiedException
          || t instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }
}
