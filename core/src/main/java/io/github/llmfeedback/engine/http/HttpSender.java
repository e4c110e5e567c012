package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.WireRequest;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Sends one client's requests to its endpoint, over its own connections. Thread-safe. */
public final class HttpSender {
  private final OkHttpClient http;

  /** Where attempts block; null if the user's dispatcher decides. */
  private final @Nullable Executor threads;

  private final HttpCodec codec;
  private final Clock clock;

  /** A sender, which must be closed. */
  public HttpSender(
      SharedThreads threads, ApiEndpoint endpoint, ClientSettings settings, Clock clock) {
    this.http = HttpTransport.on(threads).client(settings, clock);
    this.threads = settings.httpClient().isEmpty() ? threads.attempts() : null;
    this.codec = new HttpCodec(endpoint);
    this.clock = clock;
  }

  /**
   * The request as it goes over the wire.
   *
   * @throws IllegalStateException if its body cannot be written as JSON
   */
  public OutgoingRequest prepare(WireRequest request) {
    return new OutgoingRequest(request, codec.bodiless(request), request.bytes());
  }

  /**
   * Whether whatever an {@linkplain Attempt#run attempt that runs} on a caller's thread waits for
   * can be ended from outside: not what a user's interceptors, listeners and sockets do.
   */
  public boolean runsOnCallers() {
    return threads != null;
  }

  /**
   * An attempt to send a request, which has not begun.
   *
   * @param number its number among its call's attempts, from 1
   * @param whenOver is called once, when OkHttp holds no thread and no connection for the attempt
   */
  public Attempt attempt(
      int number, OutgoingRequest request, BiConsumer<Attempt, Exchange> whenOver) {
    return new Attempt(number, http, threads, request, clock, whenOver);
  }

  /** A request's URL as messages show it: without what may be a token in the base URL. */
  public String shownUrl(WireRequest request) {
    return codec.shownUrl(request);
  }

  /** Closes the connections. */
  public void close() {
    http.connectionPool().evictAll();
  }
}
