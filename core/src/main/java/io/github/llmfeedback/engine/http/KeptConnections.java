package io.github.llmfeedback.engine.http;

import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Protocol;

/**
 * Leaves to a call on its caller's thread only the connections that are kept open: what it waits
 * for on one can be ended from outside. To open another, name servers and the JVM's proxy selector
 * are asked, which may take any time.
 */
final class KeptConnections extends EventListener {
  /** OkHttp asks for the proxy if no connection in its pool will do. */
  @Override
  public void proxySelectStart(Call call, HttpUrl url) {
    SendPhase phase = AttemptBody.phaseOf(call);
    if (phase != null && phase.isOnCaller()) {
      throw new None();
    }
  }

  /**
   * Refuses a connection that the calls of others share, on a virtual thread: an interrupt of one
   * closes the socket that it writes to, and so ends all calls on it.
   */
  static void check(SendPhase phase, Connection connection) {
    if (phase.isOnCaller() && connection.protocol() == Protocol.HTTP_2 && VirtualThreads.isOne()) {
      throw new None();
    }
  }

  /** There is no connection that this thread can use again; nothing was sent. */
  static final class None extends RuntimeException {
    private static final long serialVersionUID = 1L;

    None() {
      super("no connection can be used again", null, false, false);
    }
  }
}
