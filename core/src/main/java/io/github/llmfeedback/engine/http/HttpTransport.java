package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.concurrent.SharedThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * Creates the OkHttp clients that send requests.
 *
 * <p>Connections are not shared: what a server leaves unread on one could corrupt the next call of
 * another client, which may have another key.
 */
final class HttpTransport {
  private final OkHttpClient http =
      new OkHttpClient.Builder().eventListener(new KeptConnections()).build();

  private HttpTransport() {}

  /** The transport that all clients on these threads share. */
  static HttpTransport on(SharedThreads threads) {
    return threads.attachment(HttpTransport.class, HttpTransport::new);
  }

  /**
   * A restricted HTTP client with its own connection pool, derived from the shared one, or from the
   * user's, whose other settings it keeps. The caller must evict its connections in the end.
   */
  OkHttpClient client(ClientSettings settings, Clock clock) {
    OkHttpClient from = settings.httpClient().orElse(http);
    OkHttpClient.Builder restricted =
        from.newBuilder()
            .connectionPool(new ConnectionPool(64, 30, TimeUnit.SECONDS))
            .socketFactory(new BoundedSockets(from.socketFactory()))
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(settings.connectTimeout())
            // The engine times attempts itself: these timeouts do not cover waits for a name
            // server,
            // for the user's dispatcher or in an interceptor.
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO)
            .addNetworkInterceptor(
                new LastInterceptor(new StaleConnections(clock), settings.allowPlainHttp()));
    X509TrustManager trust = from.x509TrustManager();
    if (trust != null) { // or it does not support TLS
      restricted.sslSocketFactory(new BoundedTls(from.sslSocketFactory()), trust);
    }
    restricted.interceptors().add(0, HttpTransport::catchBugs);
    restricted.interceptors().add(1, new ProxyCredentials(from.proxyAuthenticator()));
    return restricted.build();
  }

  /** OkHttp lets an interceptor's exception end the thread and reports it as a cancellation. */
  private static Response catchBugs(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (KeptConnections.None e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IOException("an interceptor failed with " + e.getClass().getName(), e);
    }
  }
}
