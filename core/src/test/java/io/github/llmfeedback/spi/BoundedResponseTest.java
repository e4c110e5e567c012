package io.github.llmfeedback.spi;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.engine.RawServer;
import io.github.llmfeedback.engine.RawServer.Script;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that would use all memory or never end if they were not bounded. */
@Timeout(60)
class BoundedResponseTest {
  private static final long HUNDRED_MB = 100L << 20;

  private static FeedbackException failure(Script script, ClientTime time) {
    try (RawServer server = new RawServer(script);
        ToyClient client =
            new ToyClient(
                server.url(),
                ToyDialect.plain(),
                ToyClient.impatient().attemptTimeout(time.attempt).build())) {
      return catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
    }
  }

  private enum ClientTime {
    PATIENT(Duration.ofSeconds(30)),
    IMPATIENT(Duration.ofMillis(700));

    final Duration attempt;

    ClientTime(Duration attempt) {
      this.attempt = attempt;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400})
  void ofAHundredMegabytesOnlyAFewAreRead(int status) {
    AtomicLong written = new AtomicLong();
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(
              socket, "HTTP/1.1 " + status + " X\r\nContent-Length: " + HUNDRED_MB + "\r\n\r\n");
          OutputStream out = socket.getOutputStream();
          byte[] block = new byte[1 << 16];
          Arrays.fill(block, (byte) ' ');
          for (long sent = 0; sent < HUNDRED_MB; sent += block.length) {
            out.write(block);
            written.addAndGet(block.length);
          }
        };
    FeedbackException error = failure(script, ClientTime.PATIENT);
    assertThat(written.get()).isLessThan(HUNDRED_MB / 2);
    if (status == 200) {
      assertThat(error).isInstanceOf(UnreadableResponseException.class);
      assertThat(error.mayHaveArrived()).isTrue();
    } else {
      assertThat(((RejectedFeedbackException) error).body()).hasSizeLessThanOrEqualTo(4096);
      assertThat(error.mayHaveArrived()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void moreThanAMegabyteIsNoYes(int more) {
    String body = "{}" + " ".repeat((1 << 20) - 2 + more);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(
              socket, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client =
            new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build())) {
      Outcome outcome = client.submitAll(ToyClient.many(1)).get(0);
      assertThat(outcome.isAccepted()).isEqualTo(more == 0);
      outcome.error().ifPresent(e -> assertThat(e).isInstanceOf(UnreadableResponseException.class));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6})
  void aKeyThatBreaksOffInTheBodyOfAnErrorIsNotShown(int length) {
    String part = ToyClient.KEY.substring(0, length);
    RawServer.Script breaksOff =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, "HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\nno to " + part);
        };
    try (RawServer raw = new RawServer(breaksOff);
        ToyClient client =
            new ToyClient(raw.url(), ToyDialect.plain(), ToyClient.settings().build())) {
      RejectedFeedbackException error =
          catchThrowableOfType(
              RejectedFeedbackException.class, () -> client.submit(ToyClient.on("a")));
      assertThat(error.body()).isEqualTo("no to ██");
    }
  }

  @Test
  void theBodyOfAnErrorIsNotCutInsideAnEmoji() {
    String before = "x".repeat(4095);
    String body = before + "\ud83d\ude00 and more";
    try (LoopbackServer server = new LoopbackServer().enqueue(400, body);
        ToyClient client = new ToyClient(server, ToyDialect.plain())) {
      assertThatThrownBy(() -> client.submit(ToyClient.on("a")))
          .isInstanceOfSatisfying(
              RejectedFeedbackException.class, e -> assertThat(e.body()).isEqualTo(before));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Length: 99, broke off before its end, 2",
    "Content-Encoding: gzip|Content-Length: 20, could not be decompressed, 2",
    "Content-Length: 9000000, larger than 1 MB, 1"
  })
  void aBodyThatCannotBeReadToItsEndSaysWhyAndIsTriedAgainUnlessItIsTooLarge(
      String headers, String words, int attempts) {
    String body = "{}" + " ".repeat(headers.contains("9000000") ? 9_000_000 : 18);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          String head =
              "HTTP/1.1 200 OK\n" + headers.replace('|', '\n') + "\nConnection: close\n\n";
          RawServer.write(socket, head.replace("\n", "\r\n") + body);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client =
            new ToyClient(
                server.url(),
                ToyDialect.repeatableOnes(),
                ToyClient.impatient().maxRetries(1).build())) {
      FeedbackException error =
          catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
      assertThat(error)
          .isInstanceOf(UnreadableResponseException.class)
          .hasMessageContaining(words)
          .hasMessageContaining("may have arrived");
      assertThat(error.getMessage()).doesNotContain("base URL");
      assertThat(error.attempts()).isEqualTo(attempts);
    }
  }

  @Test
  void aGzipBombDoesNotGoOff() {
    byte[] bomb = gzipped(HUNDRED_MB);
    assertThat(bomb).hasSizeLessThan(1 << 20);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(
              socket,
              "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                  + bomb.length
                  + "\r\n\r\n");
          socket.getOutputStream().write(bomb);
        };
    assertThat(failure(script, ClientTime.PATIENT))
        .isInstanceOf(UnreadableResponseException.class)
        .satisfies(error -> assertThat(error.mayHaveArrived()).isTrue());
  }

  private static byte[] gzipped(long spaces) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      byte[] block = new byte[1 << 16];
      Arrays.fill(block, (byte) ' ');
      for (long written = 0; written < spaces; written += block.length) {
        gzip.write(block);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        "HTTP/1.1 200 OK\r\nX-Slow: ",
        "HTTP/1.1 503 Busy\r\nContent-Length: 99999\r\n\r\n{",
        "",
      })
  void anAnswerThatDripsEndsWithTheAttemptsTime(String beginning) {
    CountDownLatch over = new CountDownLatch(1);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, beginning);
          while (!over.await(50, TimeUnit.MILLISECONDS)) {
            RawServer.write(socket, beginning.contains("chunked") ? "1\r\nx\r\n" : "x");
          }
        };
    FeedbackException error = failure(script, ClientTime.IMPATIENT);
    over.countDown();
    assertThat(((UndeliveredFeedbackException) error).reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.attempts()).isEqualTo(1);
    assertThat(error.elapsed()).isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({"16383, true", "16384, false"})
  void anAnswerOfVeryManyValuesIsTooLarge(int values, boolean accepted) {
    String body = "[" + "{},".repeat(values - 1) + "{}]";
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(
              socket, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        };
    FeedbackException error = failure(script, ClientTime.PATIENT);
    if (accepted) {
      assertThat(error).isNull();
    } else {
      assertThat(error)
          .isInstanceOf(UnreadableResponseException.class)
          .hasMessageContaining("far too many values")
          .hasMessageContaining("may have arrived");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void deepJsonIsNoJson(String deeper) {
    String body = deeper.repeat(100_000);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(
              socket,
              "HTTP/1.1 200 OK\r\nContent-Length: "
                  + body.getBytes(StandardCharsets.UTF_8).length
                  + "\r\n\r\n"
                  + body);
        };
    assertThat(failure(script, ClientTime.PATIENT)).isInstanceOf(UnreadableResponseException.class);
  }

  @Test
  void bytesThatAreNoTextAreNoJson() {
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
          socket.getOutputStream().write(new byte[] {'"', (byte) 0xff, (byte) 0xfe, '"'});
        };
    assertThat(failure(script, ClientTime.PATIENT)).isInstanceOf(UnreadableResponseException.class);
  }
}
