package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.engine.RawServer.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are kept open between calls, and whether the next call uses them. */
class KeptConnectionTest {
  private static final Duration A_SECOND = Duration.ofSeconds(1);
  private static final String YES = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  private static final String TOO_LATE =
      "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";

  private final ManualTime time = new ManualTime();

  @ParameterizedTest
  @ValueSource(strings = {"", TOO_LATE})
  void aConnectionThatTheServerClosedIsNotUsedAfterASecond(String lastWords) {
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, YES + lastWords);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 20; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
        int times = i;
        Await.isTrue("the connection is closed", () -> server.closed() == times);
        time.advance(A_SECOND);
      }
      assertThat(server.connections()).isEqualTo(20);
    }
  }

  @Test
  void aConnectionThatEndedWithinASecondIsFoundOutByUsingIt() {
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, YES);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      client.submit(on("a"));
      Await.isTrue("the connection is closed", () -> server.closed() == 1);
      time.advance(A_SECOND.minusNanos(1));

      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
      assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(error.mayHaveArrived()).isTrue();
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void anUnaskedResponseIsNoticedAtOnce() {
    CyclicBarrier next = new CyclicBarrier(2);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, YES);
          await(next); // until the client has read that, and nothing after it
          RawServer.write(socket, TOO_LATE);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 20; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
        await(next);
        int times = i;
        Await.isTrue("it is sent", () -> server.closed() == times);
      }
      assertThat(server.connections()).isEqualTo(20);
    }
  }

  @Test
  void anUnaskedResponseIsNoticedAtOnceOverTlsToo() {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    HandshakeCertificates known =
        new HandshakeCertificates.Builder()
            .heldCertificate(held)
            .addTrustedCertificate(held.certificate())
            .build();
    CyclicBarrier next = new CyclicBarrier(2);
    AtomicInteger answers = new AtomicInteger();
    AtomicInteger sent = new AtomicInteger();
    Script script =
        plain -> {
          Socket socket = known.sslSocketFactory().createSocket(plain, null, true);
          ((SSLSocket) socket).setUseClientMode(false);
          for (int i = 0; i < 2; i++) {
            RawServer.readRequest(socket);
            RawServer.write(socket, YES);
            answers.incrementAndGet();
          }
          await(next);
          RawServer.write(socket, TOO_LATE);
          plain.close(); // which waits until the client's system has it
          sent.incrementAndGet(); // unlike server.closed(), no stray connection of another test
        };
    OkHttpClient http =
        new OkHttpClient.Builder()
            .sslSocketFactory(known.sslSocketFactory(), known.trustManager())
            .build();
    ClientSettings settings = ToyClient.impatient().httpClient(http).build();
    try (RawServer server = new RawServer(script);
        ToyClient client =
            new ToyClient(
                "https://localhost:" + server.port(), ToyDialect.plain(), settings, time)) {
      for (int i = 1; i <= 10; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
        assertThat(client.submit(on("a")).attempts()).as("session tickets do no harm").isEqualTo(1);
        await(next);
        int times = i;
        Await.isTrue("it is sent", () -> sent.get() == times);
      }
      assertThat(answers).as("two on each connection").hasValue(20);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads a request, and accepts it once all others have come. */
  private static void answerTogether(Socket socket, CyclicBarrier all) throws IOException {
    RawServer.readRequest(socket);
    await(all);
    RawServer.write(socket, YES);
  }

  @Test
  void manyConnectionsCanBeStaleAtOnce() {
    CyclicBarrier all = new CyclicBarrier(16);
    Script script = socket -> answerTogether(socket, all);
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 3; i++) {
        for (Outcome outcome : client.submitAll(ToyClient.many(16))) {
          assertThat(outcome.orThrow().attempts()).isEqualTo(1);
        }
        int times = i;
        Await.isTrue("the connections are closed", () -> server.closed() == 16 * times);
        time.advance(A_SECOND);
      }
    }
  }

  @Test
  void asManyConnectionsAreKeptAsCallsMayBeOnTheWire() {
    CyclicBarrier all = new CyclicBarrier(16);
    Script script =
        socket -> {
          while (true) {
            answerTogether(socket, all);
          }
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(client.submitAll(ToyClient.many(16))).hasSize(16).allMatch(Outcome::isAccepted);
      }
      assertThat(server.connections()).isEqualTo(16);
    }
  }

  @Test
  void aConnectionThatAnHttp10ServerWillCloseIsNotUsedAgain() {
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          socket
              .getInputStream()
              .transferTo(OutputStream.nullOutputStream()); // and answers nothing
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
        assertThat(server.connections()).isEqualTo(i);
      }
    }
  }

  @Test
  void aConnectionThatAnHttp10ServerKeepsAliveIsUsedAgain() {
    Script script =
        socket -> {
          for (int i = 1; i <= 3; i++) {
            RawServer.readRequest(socket);
            RawServer.write(
                socket, "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\n{}");
          }
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  private ToyClient client(RawServer server) {
    return new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build(), time);
  }
}
