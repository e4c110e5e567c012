package io.github.llmfeedback.engine;

import static io.github.llmfeedback.contract.Http2Frames.DATA;
import static io.github.llmfeedback.contract.Http2Frames.END_HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.END_STREAM;
import static io.github.llmfeedback.contract.Http2Frames.HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.SETTINGS;
import static io.github.llmfeedback.contract.Http2Frames.WINDOW_UPDATE;
import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.Http2Frames;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers that share one HTTP/2 connection, over TLS and with the library's own transport, which
 * trusts what the JVM trusts: therefore in a JVM of their own.
 */
class SharedConnectionTest {
  private static final int CALLERS = 8;
  private static final HeldCertificate LOCALHOST =
      new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
  private static final HandshakeCertificates CERTIFICATES =
      new HandshakeCertificates.Builder().heldCertificate(LOCALHOST).build();

  @TempDir private Path directory;

  /** Lets a JVM trust the certificate. */
  private List<String> trust() throws GeneralSecurityException, IOException {
    Path file = directory.resolve("trusted.p12");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("localhost", LOCALHOST.certificate());
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, "changeit".toCharArray());
    }
    return List.of(
        "-Djavax.net.ssl.trustStore=" + file, "-Djavax.net.ssl.trustStorePassword=changeit");
  }

  private static String localhost(String url) {
    return "https://localhost:" + URI.create(url).getPort();
  }

  @Test
  void anInterruptedCallerHarmsNoNeighbour() throws Exception {
    harmsNoNeighbour("platform");
  }

  @Test
  @EnabledForJreRange(minVersion = 21)
  void anInterruptedVirtualCallerHarmsNoNeighbour() throws Exception {
    harmsNoNeighbour("virtual");
  }

  private void harmsNoNeighbour(String threads) throws Exception {
    try (LoopbackServer server = new LoopbackServer(CERTIFICATES.sslSocketFactory())) {
      server.answerAll(seen -> Reply.of(200, "{}"));
      try (Program program =
          new Program(trust(), Interrupting.class, localhost(server.url()), threads)) {
        assertThat(program.output(Duration.ofMinutes(3))).isEqualTo("no neighbour failed");
      }
      assertThat(server.takeAll()).as("over HTTP/2").allMatch(seen -> seen.header("Host").isEmpty());
    }
  }

  /** Callers that submit again and again, while one of them is interrupted 3,000 times at random. */
  static final class Interrupting {
    private static final int INTERRUPTS = 3_000;

    private final ToyClient client;
    private final AtomicInteger interrupted = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean isOver;

    private Interrupting(ToyClient client) {
      this.client = client;
    }

    public static void main(String[] args) throws Exception {
      ClientSettings settings = ToyClient.impatient().maxRetries(0).concurrency(CALLERS).build();
      try (ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings)) {
        client.submit(on("a"));
        new Interrupting(client).run(args[1].equals("virtual"));
      }
    }

    private void run(boolean areVirtual) throws Exception {
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Thread caller = areVirtual ? virtual(this::submitAndAgain) : new Thread(this::submitAndAgain);
        callers.add(caller);
        caller.start();
      }
      Random random = new Random(12);
      for (int i = 0; i < INTERRUPTS; i++) {
        LockSupport.parkNanos(random.nextInt(600_000));
        callers.get(random.nextInt(CALLERS)).interrupt();
      }
      isOver = true;
      for (Thread caller : callers) {
        caller.join();
      }
      System.out.print(
          failures.isEmpty() && interrupted.get() > 0
              ? "no neighbour failed"
              : interrupted + " were interrupted, and others failed: " + failures);
    }

    private static Thread virtual(Runnable task) throws ReflectiveOperationException {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      return (Thread) type.getMethod("unstarted", Runnable.class).invoke(builder, task);
    }

    private void submitAndAgain() {
      while (!isOver) {
        try {
          client.submit(on("a"));
        } catch (UndeliveredFeedbackException e) {
          if (e.reason() == Reason.INTERRUPTED) {
            interrupted.incrementAndGet();
          } else {
            failures.add(e.reason() + " " + e.getMessage());
          }
        }
        Thread.interrupted(); // for the next call
      }
    }
  }

  /** A server that invites any amount, takes the first request, and then reads nothing more. */
  private static void readNoMore(Socket plain) throws IOException, InterruptedException {
    SSLSocket socket =
        (SSLSocket) CERTIFICATES.sslSocketFactory().createSocket(plain, null, true);
    socket.setUseClientMode(false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    Http2Frames frames = new Http2Frames(socket);
    byte[] most = {0x7f, 0, 0, 0};
    frames.write(SETTINGS, 0, 0, new byte[] {0, 4, 0x7f, 0, 0, 0});
    frames.write(WINDOW_UPDATE, 0, 0, most);
    Http2Frames.Frame frame = frames.next();
    while (!frame.endsRequest()) {
      frame = frames.next();
    }
    frames.write(HEADERS, END_HEADERS, frame.stream(), (byte) 0x88); // status 200
    frames.write(DATA, END_STREAM, frame.stream(), (byte) '{', (byte) '}');
    new CountDownLatch(1).await();
  }

  @Test
  void aServerThatReadsNoMoreHoldsNoCallerForLong() throws Exception {
    try (RawServer server = new RawServer(SharedConnectionTest::readNoMore);
        Program program = new Program(trust(), Held.class, localhost(server.url()))) {
      assertThat(program.output(Duration.ofMinutes(1))).isEqualTo("TIMEOUT TIMEOUT");
    }
  }

  /** Two callers, of which one writes more than the sockets hold. */
  static final class Held {
    public static void main(String[] args) throws Exception {
      ClientSettings settings =
          ToyClient.impatient()
              .maxRetries(0)
              .attemptTimeout(Duration.ofMillis(300))
              .totalTimeout(Duration.ofMillis(300))
              .closeTimeout(Duration.ofMillis(1))
              .build();
      try (ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings)) {
        client.submit(on("a"));
        Feedback large = Feedback.on("b").comment("word ".repeat(4 << 20)).build();
        Queue<Reason> reasons = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (Feedback feedback : List.of(large, on("c"))) {
          Thread caller = new Thread(() -> reasons.add(reason(client, feedback)));
          caller.start();
          callers.add(caller);
        }
        for (Thread caller : callers) {
          caller.join();
        }
        System.out.print(String.join(" ", reasons.stream().map(Enum::name).toList()));
      }
    }

    private static Reason reason(ToyClient client, Feedback feedback) {
      try {
        client.submit(feedback);
        throw new AssertionError("it was accepted");
      } catch (UndeliveredFeedbackException e) {
        return e.reason();
      }
    }
  }
}
