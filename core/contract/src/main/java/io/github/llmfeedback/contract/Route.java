package io.github.llmfeedback.contract;

import io.github.llmfeedback.ClientSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** How a client reaches a {@link HostileServer}. */
enum Route {
  /** Directly, over HTTP/1.1. */
  PLAIN,
  /** Over TLS, with a certificate that the client trusts. */
  TLS,
  /** Over TLS, with a certificate that the client does not trust. */
  UNTRUSTED,
  /** Over TLS, with a trusted certificate of another host, whose name must not be shown. */
  WRONG_HOST,
  /** Over HTTP/2, one request at a time. */
  HTTP2,
  /** Through a proxy for which the client has no credentials. */
  PROXY,
  /** Through a proxy for which the client has credentials. */
  PROXY_WITH_CREDENTIALS,
  /** Through a proxy for which the client has no credentials, to a server with TLS. */
  TUNNEL,
  /** Through a proxy for which the client has credentials, to a server with TLS. */
  TUNNEL_WITH_CREDENTIALS,
  /** By a host name that DNS does not resolve. */
  UNKNOWN_NAME,
  /** By a host name with two addresses, of which the first cannot be reached. */
  SECOND_ADDRESS;

  private static final String CREDENTIALS = Credentials.basic("me", "mine");
  private static final HeldCertificate LOCALHOST = certificateOf("localhost");
  private static final HeldCertificate ELSEWHERE =
      certificateOf(ClientUnderTest.API_KEY + ".wq7zk-name.example");

  private static HeldCertificate certificateOf(String host) {
    return new HeldCertificate.Builder()
        .addSubjectAlternativeName(host)
        .commonName(host + "\u001b[31m")
        .build();
  }

  /** Whether a request has the credentials that the proxy asks for. */
  static boolean hasCredentials(Exchange exchange) {
    return exchange.header("Proxy-Authorization").equals(CREDENTIALS);
  }

  HeldCertificate certificate() {
    return this == WRONG_HOST ? ELSEWHERE : LOCALHOST;
  }

  String url(HostileServer server) {
    return switch (this) {
      case PLAIN, HTTP2 -> "http://127.0.0.1:" + server.port();
      case TLS, UNTRUSTED, WRONG_HOST -> "https://localhost:" + server.port();
      case TUNNEL, TUNNEL_WITH_CREDENTIALS -> "https://localhost";
      case PROXY, PROXY_WITH_CREDENTIALS -> "http://provider.example";
      case UNKNOWN_NAME, SECOND_ADDRESS -> "http://provider.example:" + server.port();
    };
  }

  ClientSettings settings(HostileServer server, ClientSettings.Builder settings) {
    if (this == PLAIN) { // as most applications do: with the shared connections
      return settings.build();
    }
    OkHttpClient.Builder http = new OkHttpClient.Builder();
    switch (this) {
      case TLS, WRONG_HOST -> trust(http);
      case HTTP2 -> {
        http.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        settings.concurrency(1);
      }
      case PROXY, PROXY_WITH_CREDENTIALS, TUNNEL, TUNNEL_WITH_CREDENTIALS -> {
        trust(http);
        http.proxy(
            new Proxy(
                Proxy.Type.HTTP,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
        if (this == PROXY_WITH_CREDENTIALS || this == TUNNEL_WITH_CREDENTIALS) {
          http.proxyAuthenticator(
              (route, response) ->
                  response
                      .request()
                      .newBuilder()
                      .header("Proxy-Authorization", CREDENTIALS)
                      .build());
        }
      }
      case UNKNOWN_NAME ->
          http.dns(
              host -> {
                throw new UnknownHostException(host);
              });
      case SECOND_ADDRESS -> http.dns(host -> List.of(loopback(2), loopback(1)));
      default -> {}
    }
    return settings.httpClient(http.build()).allowPlainHttp(true).build();
  }

  private void trust(OkHttpClient.Builder http) {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(certificate().certificate())
            .build();
    http.sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager());
  }

  private static InetAddress loopback(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }
}
