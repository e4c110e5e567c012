package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.redaction.KnownException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * Whether sending the request of one attempt has begun.
 *
 * <p>The last network interceptor notes it: OkHttp calls it when a connection is established, just
 * before the first byte of the request's headers. It also stops an abandoned attempt from being
 * sent, so that the outcome that the caller got stays true.
 */
final class SendPhase {
  private enum At {
    BEFORE,
    STARTED,
    ABANDONED
  }

  private final AtomicReference<At> at = new AtomicReference<>(At.BEFORE);
  private volatile @Nullable Route route;
  private volatile boolean isOnCaller;

  /** Notes whether the request is sent on a thread that must not be held up for long. */
  void onCaller(boolean isOnCaller) {
    this.isOnCaller = isOnCaller;
  }

  boolean isOnCaller() {
    return isOnCaller;
  }

  /** The route that the request took; null if it was not sent. */
  @Nullable Route route() {
    return route;
  }

  /** Whether sending the request has begun. */
  boolean started() {
    return at.get() == At.STARTED;
  }

  /** Abandons the attempt; returns whether sending had begun, and if not, it never will. */
  boolean abandon() {
    return !at.compareAndSet(At.BEFORE, At.ABANDONED) && started();
  }

  private void start() throws IOException {
    if (!at.compareAndSet(At.BEFORE, At.STARTED) && !started()) {
      throw new IOException("abandoned before anything was sent");
    }
  }

  /** Notes that sending begins, for every request that has a phase. */
  static Response intercept(Interceptor.Chain chain) throws IOException {
    // The call's request, because a user's interceptor may have replaced the chain's by one
    // without tags.
    SendPhase phase = chain.call().request().tag(SendPhase.class);
    Connection connection = chain.connection();
    if (phase != null) {
      phase.route = connection == null ? null : connection.route();
      phase.start();
    }
    try {
      return chain.proceed(chain.request());
    } catch (IllegalStateException e) {
      if (String.valueOf(e.getMessage()).startsWith("state: ")) {
        throw new InterimResponses(); // a second 1xx, of which OkHttp skips only one
      }
      throw e;
    }
  }

  /** The server sent more interim responses before the final one than OkHttp reads (4.12: one). */
  static final class InterimResponses extends KnownException {
    private static final long serialVersionUID = 1L;

    InterimResponses() {
      super("several interim responses (1xx) came first, after which OkHttp reads no response");
    }
  }
}
