package io.github.llmfeedback.engine.http;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Connection;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * Whether sending the request of one attempt has begun.
 *
 * <p>{@link LastInterceptor} notes it. It also stops an abandoned attempt from being sent, so that
 * the outcome that the caller got stays true.
 */
final class SendPhase {
  private enum At {
    BEFORE,
    STARTED,
    ABANDONED
  }

  private final AtomicReference<At> at = new AtomicReference<>(At.BEFORE);
  private volatile @Nullable Connection connection;
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
    Connection used = connection;
    return used == null ? null : used.route();
  }

  /** The socket over which the request is sent; null if it was not sent. */
  @Nullable Socket socket() {
    Connection used = connection;
    return used == null ? null : used.socket();
  }

  /** Whether sending the request has begun. */
  boolean started() {
    return at.get() == At.STARTED;
  }

  /** Abandons the attempt; returns whether sending had begun, and if not, it never will. */
  boolean abandon() {
    return !at.compareAndSet(At.BEFORE, At.ABANDONED) && started();
  }

  /** Notes that sending begins, on a connection if that is known. */
  void start(@Nullable Connection connection) throws IOException {
    this.connection = connection;
    if (!at.compareAndSet(At.BEFORE, At.STARTED) && !started()) {
      throw new IOException("abandoned before anything was sent");
    }
  }
}
