package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.http.UnconnectedSockets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain http stays on this machine, whatever would route it elsewhere, unless allowed. */
@Timeout(60)
class PlainHttpTest {
  /** Every byte that came in over all connections, after a SOCKS proxy's greeting. */
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** How many connections were read to their end. */
  private final AtomicInteger ended = new AtomicInteger();

  private final AtomicInteger greetings = new AtomicInteger();

  @AutoClose private final RawServer proxy = new RawServer(this::listen);
  @AutoClose private final RawServer socks = new RawServer(this::speakSocks);

  private final OkHttpClient.Builder http = new OkHttpClient.Builder();

  /** A provider, or a proxy, that accepts every request. */
  private void listen(Socket socket) throws IOException {
    try {
      InputStream in = socket.getInputStream();
      int next;
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0 && (next = in.read()) != -1) {
        received.write(next);
        head.append((char) next);
      }
      if (!head.isEmpty()) {
        String body = RawServer.readBody(in, head.toString());
        received.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        RawServer.write(
            socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
      }
    } finally {
      ended.incrementAndGet();
    }
  }

  /** As much of RFC 1928 as is needed to receive the forwarded bytes. */
  private void speakSocks(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    in.read();
    in.readNBytes(in.read());
    socket.getOutputStream().write(new byte[] {5, 0});
    in.readNBytes(3);
    int kind = in.read();
    in.readNBytes((kind == 1 ? 4 : kind == 3 ? in.read() : 16) + 2);
    socket.getOutputStream().write(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 1});
    greetings.incrementAndGet();
    listen(socket);
  }

  private void isNothingHeard(int connections) {
    Await.isTrue("each connection was read to its end", () -> ended.get() == connections);
    assertThat(received()).isEmpty();
  }

  private String received() {
    return received.toString(StandardCharsets.UTF_8);
  }

  private static Proxy proxy(Proxy.Type type, RawServer server) {
    return new Proxy(type, new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
  }

  private void isRefused(String url, String where) {
    isRefused(url, where, ToyClient.impatient().httpClient(http.build()).build());
  }

  private void isRefused(String url, String where, ClientSettings settings) {
    try (ToyClient client = new ToyClient(url, ToyDialect.repeatableOnes(), settings)) {
      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
      assertThat(error.reason()).isEqualTo(Reason.UNTRUSTED);
      assertThat(error.attempts()).as("it would not help").isEqualTo(1);
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error)
          .hasMessageEndingWith(
              ": plain http would travel unencrypted to "
                  + where
                  + "; use https, or ClientSettings.builder().allowPlainHttp(true);"
                  + " it was not stored");
    }
    isNothingHeard(1);
  }

  private void isSentWhereItIsAllowed(String url) {
    ClientSettings settings =
        ToyClient.impatient().httpClient(http.build()).allowPlainHttp(true).build();
    try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings)) {
      client.submit(on("a"));
    }
    assertThat(received()).contains(ToyClient.KEY, "word");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]"})
  void anHttpProxyHearsNothing(String host) {
    http.proxy(proxy(Proxy.Type.HTTP, proxy));
    isRefused("http://" + host + ":1/v1", "an HTTP proxy");
    isSentWhereItIsAllowed("http://" + host + ":1/v1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]"})
  void aSocksProxyHearsNothing(String host) {
    http.proxy(proxy(Proxy.Type.SOCKS, socks));
    isRefused("http://" + host + ":1/v1", "a SOCKS proxy");
    assertThat(greetings).as("the proxy was asked to connect").hasValue(1);
    isSentWhereItIsAllowed("http://" + host + ":1/v1");
  }

  @Test
  void aProxyThatTheUsersSelectorNamesHearsNothing() {
    http.proxySelector(new Only("http", proxy.port(), proxy(Proxy.Type.HTTP, proxy)));
    isRefused("http://localhost:" + proxy.port(), "an HTTP proxy");
  }

  @Test
  void everyoneOfABatchIsRefused() {
    http.proxy(proxy(Proxy.Type.HTTP, proxy));
    ClientSettings settings = ToyClient.impatient().httpClient(http.build()).build();
    try (ToyClient client = new ToyClient("http://localhost:1", ToyDialect.lists(2), settings)) {
      assertThat(client.submitAll(ToyClient.many(4)))
          .extracting(Outcome::error)
          .allSatisfy(
              error ->
                  assertThat(error)
                      .hasValueSatisfying(it -> assertThat(it.mayHaveArrived()).isFalse()));
    }
    isNothingHeard(2);
  }

  /** With documentation addresses (RFC 5737), and sockets that always connect to the server. */
  @Test
  void aNameThatLeadsElsewhereIsNotFollowed() {
    http.dns(name -> List.of(InetAddress.getByName("192.0.2.1")))
        .socketFactory(allTo(proxy.port()));
    isRefused("http://localhost:1", "192.0.2.1");
    isSentWhereItIsAllowed("http://localhost:1");
  }

  @Test
  void aNameThatLeadsToAnotherInterfaceIsNotFollowed() throws IOException {
    InetAddress address = addressOfAnotherInterface();
    http.dns(name -> List.of(address));
    try (RawServer server = new RawServer(address, this::listen)) {
      String url = "http://localhost:" + server.port();
      isRefused(url, address.getHostAddress());
      isSentWhereItIsAllowed(url);
    }
  }

  private static InetAddress addressOfAnotherInterface() throws IOException {
    Optional<InetAddress> other =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(it -> !it.isLoopbackAddress() && !it.isLinkLocalAddress())
            .findFirst();
    assumeThat(other).isPresent();
    return other.orElseThrow();
  }

  @Test
  void anInterceptorCannotLeadItToAnotherHost() {
    http.dns(name -> List.of(InetAddress.getByName("192.0.2.1")))
        .socketFactory(allTo(proxy.port()))
        .addInterceptor(
            chain ->
                chain.proceed(
                    chain.request().newBuilder().url("http://elsewhere.example/things").build()));
    isRefused("https://provider.example", "192.0.2.1");
    isSentWhereItIsAllowed("https://provider.example");
  }

  @Test
  void anInterceptorThatWrapsTheRefusalDoesNotHideIt() {
    http.proxy(proxy(Proxy.Type.HTTP, proxy))
        .addInterceptor(
            chain -> {
              try {
                return chain.proceed(chain.request());
              } catch (IOException e) {
                throw new IOException("mine", e);
              }
            });
    isRefused("http://localhost:1", "an HTTP proxy");
  }

  /** For OkHttp the route is direct, but the JDK's own sockets ask the JVM's selector. */
  @Test
  void aSocksProxyThatOnlyTheJdksSocketsKnowHearsNothing() {
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(new Only("socket", socks.port(), proxy(Proxy.Type.SOCKS, socks)));
    try {
      http.proxy(Proxy.NO_PROXY);
      String url = "http://localhost:" + socks.port();
      isRefused(url, "the JVM's SOCKS proxy");
      assertThat(greetings).as("the proxy was asked to connect").hasValue(1);
      isSentWhereItIsAllowed(url);
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  @Test
  void aSocksProxyElsewhereThatTheJvmHasForgottenMeanwhileHearsNothing() throws IOException {
    ProxySelector before = ProxySelector.getDefault();
    InetAddress address = addressOfAnotherInterface();
    try (RawServer elsewhere = new RawServer(address, this::speakSocks)) {
      Proxy its = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(address, elsewhere.port()));
      ProxySelector.setDefault(new Only("socket", elsewhere.port(), its));
      http.proxy(Proxy.NO_PROXY)
          .addNetworkInterceptor(
              chain -> {
                ProxySelector.setDefault(before);
                return chain.proceed(chain.request());
              });
      isRefused("http://localhost:" + elsewhere.port(), "the JVM's SOCKS proxy");
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http.proxy", "socksProxy"})
  void theProxyOfTheJvmsOwnSettingsHearsNothing(String kind) throws InterruptedException {
    boolean isHttp = kind.equals("http.proxy");
    List<String> options =
        List.of(
            "-D" + kind + "Host=127.0.0.1",
            "-D" + kind + "Port=" + (isHttp ? proxy : socks).port(),
            "-Dhttp.nonProxyHosts=",
            "-DsocksNonProxyHosts=");
    try (Program program = new Program(options, Submitting.class, "http://localhost:1", "false")) {
      assertThat(program.output(Duration.ofSeconds(30)))
          .contains("plain http would travel unencrypted to")
          .contains(" proxy; use https");
    }
    isNothingHeard(1);
    try (Program program = new Program(options, Submitting.class, "http://localhost:1", "true")) {
      assertThat(program.output(Duration.ofSeconds(30))).isEqualTo("a receipt");
    }
    assertThat(received()).contains(ToyClient.KEY, "word");
  }

  /** Submits one feedback with a client of our own. */
  static final class Submitting {
    public static void main(String[] args) {
      ClientSettings settings =
          ToyClient.impatient().allowPlainHttp(Boolean.parseBoolean(args[1])).build();
      try (ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings)) {
        client.submit(on("a"));
        System.out.println("a receipt");
      } catch (UndeliveredFeedbackException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.7.6.5", "[::1]"})
  void thisMachineIsReachedByEveryNameItHas(String host) throws IOException {
    InetAddress at = InetAddress.getByName(host);
    assumeThat(isBindable(at)).isTrue();
    try (RawServer server = new RawServer(at, this::listen);
        ToyClient ours =
            new ToyClient(
                "http://" + host + ":" + server.port(),
                ToyDialect.plain(),
                ClientSettings.defaults());
        ToyClient users =
            new ToyClient(
                "http://" + host + ":" + server.port(),
                ToyDialect.plain(),
                ClientSettings.builder().httpClient(http.build()).build())) {
      assertThat(ours.submit(on("a")).attempts()).isEqualTo(1);
      assertThat(users.submit(on("a")).attempts()).isEqualTo(1);
    }
  }

  private boolean isBindable(InetAddress at) {
    try (RawServer server = new RawServer(at, this::listen)) {
      return server.port() > 0;
    } catch (RuntimeException e) {
      return false; // as where there is no IPv6
    }
  }

  @Test
  void anInterceptorMayLeadToThisMachine() {
    http.addInterceptor(
        chain -> chain.proceed(chain.request().newBuilder().url(proxy.url() + "/things").build()));
    ClientSettings settings = ToyClient.impatient().httpClient(http.build()).build();
    try (ToyClient client =
        new ToyClient("https://provider.example", ToyDialect.plain(), settings)) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
    }
    assertThat(received()).contains("word");
  }

  @Test
  void tlsThroughAnyWayIsNotAskedAboutEvenIfAnInterceptorCallsItPlain() {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("provider.example").build();
    HandshakeCertificates known =
        new HandshakeCertificates.Builder()
            .heldCertificate(held)
            .addTrustedCertificate(held.certificate())
            .build();
    try (LoopbackServer server = new LoopbackServer(known.sslSocketFactory())) {
      server.answerAll(seen -> Reply.of(200, "{}"));
      int port = URI.create(server.url()).getPort();
      http.sslSocketFactory(known.sslSocketFactory(), known.trustManager())
          .dns(name -> List.of(InetAddress.getByName("192.0.2.1")))
          .socketFactory(allTo(port))
          .addNetworkInterceptor(
              chain ->
                  chain.proceed(
                      chain
                          .request()
                          .newBuilder()
                          .url(chain.request().url().newBuilder().scheme("http").port(port).build())
                          .build()));
      ClientSettings settings = ToyClient.impatient().httpClient(http.build()).build();
      String url = "https://provider.example:" + port;
      try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings)) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
      }
    }
  }

  /** Names a proxy for one kind of address, and none for all others. */
  private static final class Only extends ProxySelector {
    private final String scheme;
    private final int port;
    private final Proxy proxy;

    Only(String scheme, int port, Proxy proxy) {
      this.scheme = scheme;
      this.port = port;
      this.proxy = proxy;
    }

    @Override
    public List<Proxy> select(URI uri) {
      return List.of(
          uri.getScheme().equals(scheme) && uri.getPort() == port ? proxy : Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}
  }

  /** A factory of sockets that connect to one server, whatever the address. */
  private static SocketFactory allTo(int port) {
    return new UnconnectedSockets(
        () ->
            new Socket() {
              @Override
              public void connect(SocketAddress address, int timeout) throws IOException {
                super.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeout);
              }
            });
  }
}
