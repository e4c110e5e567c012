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
 * How far one attempt got: did its request begin to leave this machine?
 *
 * <p>The last network interceptor tells: OkHttp calls it when a connection stands, just before the
 * first byte of the request's headers. It also holds an abandoned attempt back, so that what the
 * caller was told stays true.
 */
final class SendPhase {
  private enum At {
    BEFORE,
    STARTED,
    ABANDONED
  }

  private final AtomicReference<At> at = new AtomicReference<>(At.BEFORE);
  private volatile @Nullable Route route;

  /** The way that the request took; null if it did not leave. */
  @Nullable Route route() {
    return route;
  }

  /** Whether the request began to leave. */
  boolean started() {
    return at.get() == At.STARTED;
  }

  /**
   * Ends the attempt; answers whether the request had begun to leave, and if not, it never will.
   */
  boolean abandon() {
    return !at.compareAndSet(At.BEFORE, At.ABANDONED) && started();
  }

  private void start() throws IOException {
    if (!at.compareAndSet(At.BEFORE, At.STARTED) && !started()) {
      throw new IOException("abandoned before anything was sent");
    }
  }

  /** Notes the beginning of every request that has a phase. */
  static Response intercept(Interceptor.Chain chain) throws IOException {
    // The call's request, for a user's interceptor may have put another one without tags into its
    // place.
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
        throw new InterimResponses(); // OkHttp stands before a second 1xx, where it skips one only
      }
      throw e;
    }
  }

  /** The server sent more interim responses before its answer than OkHttp reads (4.12: one). */
  static final class InterimResponses extends KnownException {
    private static final long serialVersionUID = 1L;

    InterimResponses() {
      super("several interim responses (1xx) came first, after which OkHttp reads no response");
    }
  }
}
