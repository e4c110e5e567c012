package io.github.llmfeedback.engine.http;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
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

  /** The phase of a call's attempt; null if it is not one of ours. */
  static @Nullable SendPhase of(Call call) {
    // The call's request, because a user's interceptor may have replaced the chain's.
    return call.request().body() instanceof AttemptBody body ? body.phase : null;
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

  /** Notes that sending begins, on a connection if that is known. */
  void start(@Nullable Connection connection) throws IOException {
    route = connection == null ? null : connection.route();
    if (!at.compareAndSet(At.BEFORE, At.STARTED) && !started()) {
      throw new IOException("abandoned before anything was sent");
    }
  }
}
