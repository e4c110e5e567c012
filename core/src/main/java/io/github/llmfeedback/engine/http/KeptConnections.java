package io.github.llmfeedback.engine.http;

import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.HttpUrl;

/**
 * Leaves to a call on its caller's thread only the connections that are kept open: what it waits
 * for on one can be ended from outside. To open another, name servers and the JVM's proxy selector
 * are asked, which may take any time.
 */
final class KeptConnections extends EventListener {
  /** OkHttp asks for the proxy if no connection in its pool will do. */
  @Override
  public void proxySelectStart(Call call, HttpUrl url) {
    SendPhase phase = SendPhase.of(call);
    if (phase != null && phase.isOnCaller()) {
      throw new None();
    }
  }

  /** There is no connection to use again; nothing was sent. */
  static final class None extends RuntimeException {
    private static final long serialVersionUID = 1L;

    None() {
      super("no connection is kept open", null, false, false);
    }
  }
}
