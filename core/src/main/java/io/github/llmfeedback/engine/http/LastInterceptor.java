package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.redaction.KnownException;
import java.io.IOException;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * What happens on a connection just before the first byte of a request is written, and just after
 * the head of its response was read. It is one interceptor, because each costs every call a copy of
 * OkHttp's chain.
 */
final class LastInterceptor implements Interceptor {
  private final StaleConnections kept;
  private final boolean allowsPlainHttp;

  LastInterceptor(StaleConnections kept, boolean allowsPlainHttp) {
    this.kept = kept;
    this.allowsPlainHttp = allowsPlainHttp;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Connection connection = chain.connection();
    boolean wasUsed = connection != null && kept.check(connection);
    if (!wasUsed && !allowsPlainHttp) {
      PlainHttp.check(connection);
    }
    SendPhase phase = AttemptBody.phaseOf(chain.call());
    if (phase != null && connection != null) {
      KeptConnections.check(phase, connection);
    }
    if (phase != null) {
      phase.start(connection);
    }
    Response response = send(chain);
    if (connection != null) {
      kept.used(connection, response);
    }
    return RetryAfter.bounded(response);
  }

  private static Response send(Chain chain) throws IOException {
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
