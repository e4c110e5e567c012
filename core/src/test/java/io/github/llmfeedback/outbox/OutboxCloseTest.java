package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.Program;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import io.github.llmfeedback.outbox.jdbc.JdbcOutboxStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an outbox ends, and a JVM that has one. */
class OutboxCloseTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private static ToyClient client(String url) {
    return new ToyClient(url, ToyDialect.plain(), ToyClient.impatient().build());
  }

  private static Outbox open(String url) {
    return Outbox.to(client(url)).store(OutboxStore.memory()).concurrency(1).open();
  }

  @Test
  void closingDeliversWhatIsInMemory() {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(2)));
    Outbox outbox = open(server.url());
    outbox.addAll(ToyClient.many(200));
    assertThat(outbox.close(Duration.ofSeconds(20))).isZero();
    assertThat(outbox.close(Duration.ofSeconds(20))).as("again").isZero();
    assertThat(server.count()).isEqualTo(200);
    assertThatThrownBy(() -> outbox.add(on("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not stored");
  }

  @Test
  void closingReturnsInTimeAndSaysWhatIsLost() {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    Outbox outbox = open(server.url());
    outbox.addAll(ToyClient.many(3));
    Await.isTrue("sent", () -> server.count() == 3);
    outbox.add(on("a"));
    try (OutboxLog log = new OutboxLog()) {
      assertThat(outbox.flush(Duration.ofMillis(50))).isEqualTo(4);
      long begin = System.nanoTime();
      long left = outbox.close(Duration.ofMillis(200));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
      assertThat(left).as("three are parked, for they may have arrived").isEqualTo(1);
      assertThat(log.lines("WARN")).anyMatch(line -> line.contains("1 entries not delivered"));
    }
  }

  @Test
  void closingWaitsForWhatIsOnTheWireAndClosesTheClientsLast(@TempDir Path folder) {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(500)));
    ToyClient client = client(server.url());
    Path file = folder.resolve("feedback.db");
    Outbox outbox = Outbox.to(client).store(JdbcOutboxStore.sqlite(file)).open();
    UUID id = outbox.add(on("a"));
    Await.isTrue("sent", () -> server.count() == 1);
    assertThat(outbox.close(Duration.ofSeconds(20))).isZero();
    assertThatThrownBy(() -> client.submit(on("b")))
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> assertThat(e.reason()).isEqualTo(UndeliveredFeedbackException.Reason.CLOSED));
    try (Outbox again =
        Outbox.to(client(server.url())).store(JdbcOutboxStore.sqlite(file)).open()) {
      assertThat(again.find(id).values())
          .extracting(OutboxEntry::state)
          .containsExactly(EntryState.DELIVERED);
    }
  }

  @Test
  void closingBeginsNothingMoreOfABatchInADatabase(@TempDir Path folder) {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(300)));
    Outbox outbox =
        Outbox.to(client(server.url()))
            .store(JdbcOutboxStore.sqlite(folder.resolve("feedback.db")))
            .open();
    List<Feedback> onOneTarget =
        Stream.of("1", "2", "3").map(it -> Feedback.on("a").comment(it).build()).toList();
    outbox.addAll(onOneTarget);
    Await.isTrue("the first is sent", () -> server.count() == 1);
    assertThat(outbox.close(Duration.ofSeconds(20))).isEqualTo(2);
    assertThat(server.count()).isEqualTo(1);
  }

  /** A store whose database is locked. */
  @ParameterizedTest
  @ValueSource(strings = {"hasOpen", "counts"})
  void flushingAndClosingReturnInTimeThoughTheDatabaseDoesNot(String method) {
    CountDownLatch unlocked = new CountDownLatch(1);
    BrittleStore store = new BrittleStore(OutboxStore.memory()).shared();
    store.beforeEach(method, () -> awaitQuietly(unlocked));
    OwnClient client = OwnClient.each(feedback -> null);
    Outbox outbox = Outbox.to("own", client).store(store).open();
    try (OutboxLog log = new OutboxLog()) {
      assertThatThrownBy(() -> outbox.flush(Duration.ZERO))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("did not answer in time");
      assertThat(outbox.close(Duration.ZERO)).isZero();
      assertThat(log.lines("WARN").stream().filter(line -> line.contains("cannot be asked")))
          .hasSize(method.equals("counts") ? 1 : 0);
    } finally {
      unlocked.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Adds, and comes to its end. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] args) {
      open(args[0]).addAll(ToyClient.many(100));
    }
  }

  @Test
  void aJvmThatEndsWaitsForWhatIsInMemory() throws InterruptedException {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(5)));
    try (Program program = new Program(List.of(), Ending.class, server.url())) {
      program.output(Duration.ofSeconds(60));
    }
    assertThat(server.count()).isEqualTo(100);
  }

  /** Has delivered all, and would wait for an hour. */
  static final class Idle {
    private Idle() {}

    public static void main(String[] args) {
      Outbox outbox =
          Outbox.to(client(args[0]))
              .store(OutboxStore.memory())
              .closeTimeout(Duration.ofHours(1))
              .open();
      outbox.add(on("a"));
      System.out.print(outbox.flush(Duration.ofSeconds(20)));
    }
  }

  @Test
  void aJvmWithNothingToDeliverEndsAtOnce() throws InterruptedException {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (Program program = new Program(List.of(), Idle.class, server.url())) {
      assertThat(program.output(Duration.ofSeconds(60))).isEqualTo("0");
    }
  }

  /** Has seven in memory when it ends, and a provider that is down. */
  static final class Losing {
    private Losing() {}

    public static void main(String[] args) {
      Outbox outbox =
          Outbox.to(client(args[0]))
              .store(OutboxStore.memory())
              .closeTimeout(Duration.ofMillis(100))
              .open();
      outbox.addAll(Stream.iterate(0, i -> i + 1).limit(7).map(i -> on("a" + i)).toList());
    }
  }

  @Test
  void aJvmThatEndsSaysHowManyItLoses() throws InterruptedException {
    server.answerAll(seen -> Reply.of(503, "{}"));
    try (Program program = new Program(List.of(), Losing.class, server.url())) {
      program.output(Duration.ofSeconds(60));
      assertThat(program.errors())
          .contains("the JVM exits while the outbox in memory has 7 entries not delivered: lost");
    }
  }
}
