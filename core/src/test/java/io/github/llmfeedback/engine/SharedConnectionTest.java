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
import io.github.llmfeedback.contract.Http2Frames.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers that share one HTTP/2 connection, over TLS and with the library's own transport, which
 * trusts what the JVM trusts: therefore in a JVM of their own.
 */
class SharedConnectionTest {
  private static final int CALLERS = 8;
  private static final int LARGE = 10_000;

  /** RFC 7541, 6.1: {@code :status: 200} of the static table. */
  private static final byte STATUS_200 = (byte) 0x88;

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
    try (RawServer server = new RawServer(SharedConnectionTest::acceptAll);
        Program program =
            new Program(trust(), Interrupting.class, localhost(server.url()), threads)) {
      assertThat(program.output(Duration.ofMinutes(3))).isEqualTo("no neighbour failed");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  /** A server that accepts every request that comes whole. */
  private static void acceptAll(Socket plain) throws IOException {
    Http2Frames frames = http2(plain);
    while (true) {
      accept(frames, frames.next());
    }
  }

  private static void accept(Http2Frames frames, Frame frame) throws IOException {
    int size = frame.payload().size();
    if (frame.type() == DATA && size > 0) {
      frames.write(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(size).array());
    }
    if (frame.endsRequest()) {
      frames.write(HEADERS, END_HEADERS, frame.stream(), STATUS_200);
      frames.write(DATA, END_STREAM, frame.stream(), (byte) '{', (byte) '}');
    }
  }

  /**
   * Callers that submit again and again, while one of them is interrupted 3,000 times at random.
   */
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
        Thread caller =
            areVirtual ? virtual(this::submitAndAgain) : new Thread(this::submitAndAgain);
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

  @Test
  @EnabledForJreRange(minVersion = 21)
  void aVirtualCallerDoesNotWriteOnAConnectionThatItShares() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    RawServer.Script acceptOne =
        plain -> {
          Http2Frames frames = http2(plain);
          Frame frame;
          do {
            frame = frames.next();
            accept(frames, frame);
          } while (!frame.endsRequest());
          end.await();
        };
    try (RawServer server = new RawServer(acceptOne);
        Program program = new Program(trust(), Waiting.class, localhost(server.url()))) {
      assertThat(program.output(Duration.ofMinutes(1))).isEqualTo("it waits for another thread");
    } finally {
      end.countDown();
    }
  }

  /** A virtual thread that waits for a response over a connection that was used before. */
  static final class Waiting {
    public static void main(String[] args) throws Exception {
      ClientSettings settings = ToyClient.impatient().closeTimeout(Duration.ofMillis(1)).build();
      try (ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings)) {
        client.submit(on("a"));
        Thread caller = Interrupting.virtual(() -> Held.reason(client, on("b")));
        caller.start();
        Await.isTrue(
            () -> "it waits elsewhere: " + List.of(caller.getStackTrace()),
            () -> waitsIn(caller, Caller.class));
        System.out.print("it waits for another thread");
      }
    }

    private static boolean waitsIn(Thread thread, Class<?> type) {
      List<StackTraceElement> stack = List.of(thread.getStackTrace());
      return thread.getState() == Thread.State.WAITING
          && stack.stream().noneMatch(frame -> frame.getClassName().startsWith("okhttp3."))
          && stack.stream().anyMatch(frame -> frame.getClassName().equals(type.getName()));
    }
  }

  /** A server that reads nothing more once a large request comes. */
  private static void readNoMore(Socket plain) throws IOException, InterruptedException {
    Http2Frames frames = http2(plain);
    Frame frame;
    do {
      frame = frames.next();
      accept(frames, frame);
    } while (frame.payload().size() < LARGE);
    new CountDownLatch(1).await();
  }

  /** Begins a connection by HTTP/2 over TLS, on which any amount may be sent. */
  private static Http2Frames http2(Socket plain) throws IOException {
    SSLSocket socket = (SSLSocket) CERTIFICATES.sslSocketFactory().createSocket(plain, null, true);
    socket.setUseClientMode(false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    Http2Frames frames = new Http2Frames(socket);
    frames.write(SETTINGS, 0, 0, new byte[] {0, 4, 0x7f, 0, 0, 0}); // the initial window
    frames.write(WINDOW_UPDATE, 0, 0, new byte[] {0x7f, 0, 0, 0});
    return frames;
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
        while (reason(client, on("a")) != null) {
          // the first needs longer
        }
        Feedback large = Feedback.on("b").comment("word ".repeat(4 << 20)).build();
        Queue<String> reasons = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (Feedback feedback : List.of(large, on("c"))) {
          Thread caller =
              new Thread(
                  () -> {
                    Reason reason = null;
                    while (reason == null) { // until the large one holds the connection
                      reason = reason(client, feedback);
                    }
                    reasons.add(reason.name());
                  });
          caller.start();
          callers.add(caller);
        }
        for (Thread caller : callers) {
          caller.join();
        }
        System.out.print(String.join(" ", reasons));
      }
    }

    /** Why it was not accepted; null if it was. */
    private static @Nullable Reason reason(ToyClient client, Feedback feedback) {
      try {
        client.submit(feedback);
        return null;
      } catch (UndeliveredFeedbackException e) {
        return e.reason();
      }
    }
  }
}
