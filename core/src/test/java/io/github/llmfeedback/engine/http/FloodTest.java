package io.github.llmfeedback.engine.http;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.Http2Frames;
import io.github.llmfeedback.contract.Http2Frames.Frame;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.Program;
import io.github.llmfeedback.engine.RawServer;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that sends without end where OkHttp has no bound of its own. */
@Timeout(300)
class FloodTest {
  /** What is read, and what the system keeps between the two: at most 6 MB on each side. */
  private static final long FEW = Inflow.MOST + (12 << 20);

  /** A call ends by itself, long before its timeout. */
  private static final Duration PATIENT = Duration.ofMinutes(4);

  /** What a peer sends without end: a beginning, and bytes that are repeated. */
  enum Flood {
    CHUNK_SIZE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0"),
    CHUNK_EXTENSION("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;", "x"),
    GZIP_NAME(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999999999\r\n\r\n"
            + "\u001f\u008b\b\b\0\0\0\0\0\0",
        "n"),
    GZIP_COMMENT(
        "HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nContent-Length: 99999999999\r\n\r\n"
            + "\u001f\u008b\b\020\0\0\0\0\0\0",
        "n"),
    INTERIM("", "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"),
    STATUS_LINE("HTTP/1.1 200 ", "OK "),
    HEADER("HTTP/1.1 200 OK\r\nX-Long: ", "x"),
    TRAILERS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X: y\r\n");

    private final String beginning;
    private final String more;

    Flood(String beginning, String more) {
      this.beginning = beginning;
      this.more = more.repeat(1 + 30_000 / more.length());
    }

    void over(Socket socket, AtomicLong written) throws IOException {
      RawServer.readRequest(socket);
      OutputStream out = socket.getOutputStream();
      out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
      byte[] block = more.getBytes(StandardCharsets.ISO_8859_1);
      while (true) {
        out.write(block);
        written.addAndGet(block.length);
      }
    }
  }

  private static ClientSettings.Builder patient() {
    return ToyClient.impatient().attemptTimeout(PATIENT).totalTimeout(PATIENT);
  }

  private static FeedbackException failure(RawServer server, OkHttpClient http) {
    return failure(server.url(), http);
  }

  private static FeedbackException failure(String url, OkHttpClient http) {
    ClientSettings settings = patient().httpClient(http).build();
    try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings)) {
      return catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
    } finally {
      http.dispatcher().executorService().shutdown(); // or its threads linger
    }
  }

  private static void assertIsNoTimeout(FeedbackException error) {
    assertThat(error.elapsed()).isLessThan(PATIENT.dividedBy(2));
    if (error instanceof UndeliveredFeedbackException undelivered) {
      assertThat(undelivered.reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(error.mayHaveArrived()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Flood.class)
  void ofAnAnswerWithoutAnEndOnlyAFewMegabytesAreRead(Flood flood) {
    AtomicLong written = new AtomicLong();
    try (RawServer server = new RawServer(socket -> flood.over(socket, written));
        ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), patient().build())) {
      FeedbackException error =
          catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
      assertIsNoTimeout(error);
      Await.isTrue("the connection ends", () -> server.closed() == 1);
    }
    assertThat(written.get()).isLessThan(FEW);
  }

  @Test
  void whatHasNoEndInItsBodyIsTooLarge() {
    AtomicLong written = new AtomicLong();
    try (RawServer server = new RawServer(socket -> Flood.GZIP_NAME.over(socket, written))) {
      assertThat(failure(server, new OkHttpClient()))
          .isInstanceOf(UnreadableResponseException.class)
          .hasMessageContaining("larger than 1 MB")
          .hasMessageContaining("may have arrived");
    }
  }

  /** Settings of a user's client that avoid the JDK's plain sockets. */
  static Stream<Arguments> usersClients() {
    return Stream.of(
        Arguments.of("as it is", new OkHttpClient()),
        Arguments.of(
            "with a socket factory",
            new OkHttpClient.Builder()
                .socketFactory(new UnconnectedSockets(() -> new Socket() {})) // as for Unix domains
                .build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("usersClients")
  void aUsersOwnClientIsNoWayAroundIt(String name, OkHttpClient http) {
    AtomicLong written = new AtomicLong();
    try (RawServer server = new RawServer(socket -> Flood.CHUNK_EXTENSION.over(socket, written))) {
      assertIsNoTimeout(failure(server, http));
      Await.isTrue("the connection ends", () -> server.closed() == 1);
    }
    assertThat(written.get()).as(name).isLessThan(FEW);
  }

  @ParameterizedTest
  @EnumSource(
      value = Proxy.Type.class,
      names = {"DIRECT", "SOCKS"})
  void norIsTls(Proxy.Type way) {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    HandshakeCertificates own = new HandshakeCertificates.Builder().heldCertificate(held).build();
    HandshakeCertificates trusting =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    AtomicLong written = new AtomicLong();
    RawServer.Script script =
        socket -> {
          if (way == Proxy.Type.SOCKS) {
            Socks.acceptFrom(socket);
          }
          try (SSLSocket secure =
              (SSLSocket)
                  own.sslSocketFactory()
                      .createSocket(socket, "localhost", socket.getPort(), true)) {
            secure.setUseClientMode(false);
            Flood.CHUNK_EXTENSION.over(secure, written);
          }
        };
    try (RawServer server = new RawServer(script)) {
      int port = java.net.URI.create(server.url()).getPort();
      OkHttpClient http =
          new OkHttpClient.Builder()
              .sslSocketFactory(trusting.sslSocketFactory(), trusting.trustManager())
              .proxy(
                  way == Proxy.Type.DIRECT
                      ? Proxy.NO_PROXY
                      : new Proxy(
                          way, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
              .build();
      assertIsNoTimeout(failure("https://localhost:" + port, http));
      Await.isTrue("the connection ends", () -> server.closed() == 1);
    }
    assertThat(written.get()).isPositive().isLessThan(FEW);
  }

  /** So whatever TLS above it makes of the failed read, the connection ends. */
  @Test
  void theSocketIsClosedByTheReadThatIsTooMuch() throws IOException {
    Socket below =
        new Socket() {
          @Override
          public InputStream getInputStream() {
            return new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            };
          }
        };
    InputStream in = BoundedSocket.of(below).getInputStream();

    assertThatThrownBy(() -> in.transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(Inflow.TooMuch.class);

    assertThat(below.isClosed()).isTrue();
  }

  /** As much of SOCKS 5 (RFC 1928) as accepts every client. */
  private static final class Socks {
    private Socks() {}

    static void acceptFrom(Socket socket) throws IOException {
      InputStream in = socket.getInputStream();
      in.readNBytes(1);
      in.readNBytes(in.read());
      socket.getOutputStream().write(new byte[] {5, 0});
      byte[] head = in.readNBytes(4);
      int length = head[3] == 1 ? 4 : head[3] == 4 ? 16 : in.read();
      in.readNBytes(length + 2);
      socket.getOutputStream().write(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 0});
    }
  }

  /** Kinds of headers in HPACK (RFC 7541), of which there is no end. */
  enum Headers {
    /** Three bytes of the wire each: a name of the static table, an empty value. */
    EMPTY("\u000f\u000e\0"),
    INDEXED("\u0082"),
    OF_THEIR_OWN("\0\u0001x\u0001y");

    private final String one;

    Headers(String one) {
      this.one = one;
    }

    void over(Socket socket, AtomicLong written) throws IOException {
      byte[] fragment = one.repeat(16_384 / one.length()).getBytes(StandardCharsets.ISO_8859_1);
      Http2Frames frames = new Http2Frames(socket);
      Frame request;
      do {
        request = frames.next();
      } while (!request.endsRequest());
      for (int type = Http2Frames.HEADERS;
          true;
          type = Http2Frames.CONTINUATION) { // without an end
        frames.write(type, 0, request.stream(), fragment);
        written.addAndGet(fragment.length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Headers.class)
  void ofHttp2HeadersWithoutAnEndOnlyAFewMegabytesAreReadAlsoAfterTheCall(Headers headers) {
    AtomicLong written = new AtomicLong();
    OkHttpClient http =
        new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    try (RawServer server = new RawServer(socket -> headers.over(socket, written))) {
      assertIsNoTimeout(failure(server, http));
      Await.isTrue("the connection ends", () -> server.closed() == 1);
    }
    assertThat(written.get()).isLessThan(FEW);
  }

  @Test
  void theCallThatGivesUpDoesNotLeaveTheFloodToRunOn() {
    AtomicLong written = new AtomicLong();
    OkHttpClient http =
        new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    try (RawServer server = new RawServer(socket -> Headers.INDEXED.over(socket, written));
        ToyClient client =
            new ToyClient(
                server.url(), ToyDialect.plain(), ToyClient.settings().httpClient(http).build())) {
      CompletableFuture<Receipt> call = client.submitAsync(on("a"));
      Await.isTrue("it began", () -> written.get() > 0);
      call.cancel(false);
      Await.isTrue("the connection ends", () -> server.closed() == 1);
    }
    assertThat(written.get()).isLessThan(FEW);
  }

  /** A program with little memory, whose peer floods it. */
  static final class Flooded {
    private Flooded() {}

    public static void main(String[] args) {
      OkHttpClient.Builder http = new OkHttpClient.Builder();
      if (args.length > 1) {
        http.protocols(List.of(Protocol.valueOf(args[1])));
      }
      System.out.print(failure(args[0], http.build()).getClass().getSimpleName());
    }
  }

  private static String inLittleMemory(RawServer server, String... more)
      throws InterruptedException {
    String[] args =
        Stream.concat(Stream.of(server.url()), Arrays.stream(more)).toArray(String[]::new);
    List<String> options = List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable");
    try (Program program = new Program(options, Flooded.class, args)) {
      return program.output(PATIENT);
    }
  }

  @ParameterizedTest
  @EnumSource(Headers.class)
  void headersWithoutAnEndDoNotFillTheMemory(Headers headers) throws InterruptedException {
    try (RawServer server = new RawServer(socket -> headers.over(socket, new AtomicLong()))) {
      assertThat(inLittleMemory(server, Protocol.H2_PRIOR_KNOWLEDGE.name()))
          .isEqualTo("UndeliveredFeedbackException");
    }
  }

  @Test
  void norDoesTheFileNameInAGzipHead() throws InterruptedException {
    AtomicLong written = new AtomicLong();
    try (RawServer server = new RawServer(socket -> Flood.GZIP_NAME.over(socket, written))) {
      assertThat(inLittleMemory(server)).isEqualTo("UnreadableResponseException");
    }
  }
}
