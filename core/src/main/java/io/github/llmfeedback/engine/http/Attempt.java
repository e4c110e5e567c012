package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.redaction.KnownException;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One request sent through OkHttp, whose result is reported exactly once. */
public final class Attempt implements Callback {
  /** OkHttp's message for an HTTP/2 request that was not processed (RFC 9113, 8.7). */
  private static final String REFUSED = "stream was reset: REFUSED_STREAM";

  private final long created = System.nanoTime();
  private final int number;
  private final OkHttpClient http;
  private final @Nullable Executor threads;
  private final Request request;
  private final SendPhase phase = new SendPhase();
  private final WireRequest asked;
  private final Clock clock;
  private final BiConsumer<Attempt, Exchange> whenOver;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Call call;
  private volatile boolean cancelled;

  /**
   * An attempt that has not begun.
   *
   * @param number its number among its call's attempts, from 1
   * @param threads where it blocks; null if it is for {@code http}'s dispatcher to decide
   * @param whenOver is called once, and only when OkHttp holds no thread and no connection for it
   */
  Attempt(
      int number,
      OkHttpClient http,
      @Nullable Executor threads,
      OutgoingRequest request,
      Clock clock,
      BiConsumer<Attempt, Exchange> whenOver) {
    this.number = number;
    this.http = http;
    this.threads = threads;
    this.request = request.attempt(phase);
    this.asked = request.asked;
    this.clock = clock;
    this.whenOver = whenOver;
  }

  /** Sends the request on a thread of the transport's. */
  public void begin() {
    try {
      phase.onCaller(false);
      if (threads != null) {
        threads.execute(this::run);
      } else {
        newCall().enqueue(this);
      }
    } catch (RuntimeException
        | Error e) { // from a user's event listener, or no memory for a thread
      over(failed("the attempt could not begin", e, e));
    }
  }

  private void run() {
    Exchange exchange;
    do {
      exchange = exchange();
    } while (exchange == null); // each connection that turns out to be closed is tried only once
    over(exchange);
  }

  /**
   * Sends the request on this thread if a connection is kept open for it, and otherwise {@linkplain
   * #begin begins} and returns.
   *
   * @param interrupted is called before the attempt is over, if it failed and this thread is
   *     interrupted
   */
  public void run(Runnable interrupted) {
    phase.onCaller(true);
    Exchange exchange = exchange();
    if (exchange == null) {
      begin();
      return;
    }
    if (exchange.response() == null && Thread.currentThread().isInterrupted()) {
      interrupted.run();
    }
    over(exchange);
  }

  /** Sends the request on this thread; null if nothing was sent, and it may try once more. */
  private @Nullable Exchange exchange() {
    try {
      return read(newCall().execute());
    } catch (KeptConnections.None | StaleConnections.Stale e) {
      return null;
    } catch (IOException e) {
      return failed(e);
    } catch (RuntimeException | Error e) { // such as no memory; OkHttp leaves the connection open
      cancel();
      return failed("the attempt failed", e, e);
    }
  }

  private Call newCall() {
    Call begun = http.newCall(request);
    call = begun;
    if (cancelled) {
      begun.cancel();
    }
    return begun;
  }

  /** Abandons the attempt; returns whether sending had begun, and if not, it never will. */
  public boolean abandon() {
    return phase.abandon();
  }

  /** {@linkplain #abandon Abandons} and {@linkplain #cancel cancels} it, on any thread. */
  public void giveUp() {
    boolean unused = abandon();
    cancel();
  }

  /** Cancels what is still under way; to be called after {@link #abandon}, holding no lock. */
  public void cancel() {
    cancelled = true;
    Call begun = call;
    if (begun != null) {
      try {
        begun.cancel();
      } catch (RuntimeException | Error e) {
        // Thrown by a user's event listener, which is called last: the call is cancelled.
      }
    }
  }

  /**
   * Closes the connection of an attempt that still holds its caller although it was cancelled. On
   * HTTP/2 cancelling ends a stream alone, while a server that reads nothing may hold whoever
   * writes; all calls on the connection then wait, and end now.
   */
  public void breakConnection() {
    Socket socket = phase.socket();
    if (socket != null && phase.isOnCaller() && !over.get()) {
      try {
        BoundedTls.below(socket).close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }

  @Override
  public void onResponse(Call call, Response response) {
    over(read(response));
  }

  private Exchange read(Response response) {
    try (response) {
      ProviderResponse read = HttpCodec.response(response, asked, clock.now());
      if (read.isCut()) {
        cancel(); // or closing would read the rest, to keep the connection
      }
      return Exchange.of(read);
    } catch (IOException e) {
      return failed(e);
    } catch (RuntimeException | Error e) {
      return failed("the response could not be read", e, null); // its text may be the server's
    }
  }

  @Override
  public void onFailure(Call call, IOException e) {
    if (e instanceof StaleConnections.Stale && !cancelled) {
      begin(); // on another connection; each stale one is tried only once
    } else {
      over(failed(e));
    }
  }

  private Exchange failed(String what, Throwable bug, @Nullable Throwable cause) {
    try {
      return failed(new KnownException(what + ": " + bug.getClass().getName(), cause));
    } catch (RuntimeException | Error again) { // out of memory
      return Exchange.LOST;
    }
  }

  private Exchange failed(IOException e) {
    boolean sent = phase.started();
    boolean refused = REFUSED.equals(e.getMessage());
    return Exchange.failed(FailureReason.of(e, sent, isCancelledByUser(e)), sent && !refused, e);
  }

  /** Through the dispatcher of a user's OkHttpClient; an error in an interceptor looks the same. */
  private boolean isCancelledByUser(IOException e) {
    Call begun = call;
    return begun != null
        && begun.isCanceled()
        && !String.valueOf(e.getMessage()).startsWith("canceled due to");
  }

  private void over(Exchange exchange) {
    if (over.compareAndSet(false, true)) {
      whenOver.accept(this, exchange);
    }
  }

  /** For the log. */
  @Override
  public String toString() {
    return number + " after " + Duration.ofNanos(System.nanoTime() - created).toMillis() + " ms";
  }
}
