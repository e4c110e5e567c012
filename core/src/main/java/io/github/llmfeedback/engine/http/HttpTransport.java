package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.SharedThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * Makes the HTTP clients that carry calls.
 *
 * <p>Connections are not shared: what a server leaves unread on one would spoil the next call of
 * another client, which may have another key.
 */
final class HttpTransport {
  private final StaleConnections staleConnections = new StaleConnections();
  private final OkHttpClient http;

  private HttpTransport(SharedThreads threads) {
    Dispatcher dispatcher = new Dispatcher(threads.calls());
    dispatcher.setMaxRequests(Integer.MAX_VALUE); // each client's own semaphore is the bound
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    http = new OkHttpClient.Builder().dispatcher(dispatcher).build();
  }

  /** What all clients share that use these threads. */
  static HttpTransport on(SharedThreads threads) {
    return threads.attachment(HttpTransport.class, HttpTransport::new);
  }

  /**
   * A tamed HTTP client, with connections of its own: from the shared one, or from the user's own
   * with its other parts kept. Who takes it evicts its connections in the end.
   */
  OkHttpClient client(ClientSettings settings) {
    OkHttpClient from = settings.httpClient().orElse(http);
    OkHttpClient.Builder tamed =
        from.newBuilder()
            .connectionPool(new ConnectionPool(64, 30, TimeUnit.SECONDS))
            .socketFactory(new BoundedSockets(from.socketFactory()))
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(settings.connectTimeout())
            // An attempt's time is ours to keep: these would not see it wait for a name server, for
            // the user's dispatcher or in an interceptor.
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO)
            .addNetworkInterceptor(RetryAfter::bounded)
            .addNetworkInterceptor(staleConnections);
    if (!settings.allowPlainHttp()) {
      tamed.addNetworkInterceptor(PlainHttp::intercept);
    }
    tamed.addNetworkInterceptor(SendPhase::intercept);
    X509TrustManager trust = from.x509TrustManager();
    if (trust != null) { // or it speaks no TLS
      tamed.sslSocketFactory(new BoundedTls(from.sslSocketFactory()), trust);
    }
    tamed.interceptors().add(0, HttpTransport::catchBugs);
    tamed.interceptors().add(1, new ProxyCredentials(from.proxyAuthenticator()));
    return tamed.build();
  }

  /** OkHttp would let an interceptor's exception kill the thread and call it a cancellation. */
  private static Response catchBugs(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (RuntimeException e) {
      throw new IOException("an interceptor failed with " + e.getClass().getName(), e);
    }
  }
}
