package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.EventQueue;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A listener that is slow, throws, or uses its client harms nobody. */
@Timeout(120)
class ListenerQueueTest {
  /** Refused before the network: the toy keeps comments only. */
  private static final Feedback REFUSED = Feedback.on("r").comment("word").thumbsUp().build();

  private final LoopbackServer server = new LoopbackServer();

  @BeforeEach
  void accept() {
    server.answerAll(seen -> Reply.of(200, "{}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(FeedbackListener listener, ClientSettings.Builder settings) {
    return new ToyClient(server.url(), ToyDialect.plain(), settings.listener(listener).build());
  }

  private ToyClient client(FeedbackListener listener) {
    return client(listener, ToyClient.settings());
  }

  /** Blocks in every outcome until it is let go. */
  private static final class Blocked extends Heard {
    final CountDownLatch letGo = new CountDownLatch(1);
    final CountDownLatch blocks = new CountDownLatch(1);

    @Override
    public void onOutcome(OutcomeEvent event) {
      blocks.countDown();
      try {
        letGo.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      super.onOutcome(event);
    }
  }

  @Test
  void aSlowListenerDelaysNeitherItsCallersNorAnotherClient() throws InterruptedException {
    Blocked slow = new Blocked();
    Heard other = new Heard();
    try (ToyClient mine = client(slow);
        ToyClient another = client(other)) {
      mine.submit(on("a"));
      slow.blocks.await();
      mine.submit(on("b"));
      assertThat(mine.submitAll(ToyClient.many(3))).hasSize(3);
      CompletableFuture<Receipt> future = mine.submitAsync(on("c"));
      Await.isDone(future);
      another.submit(on("d"));
      Await.isTrue("the other is told", () -> other.outcomes().size() == 1);
      assertThat(slow.outcomes()).isEmpty();
      slow.letGo.countDown();
    } finally {
      slow.letGo.countDown();
    }
    assertThat(slow.outcomes()).hasSize(6);
  }

  @Test
  void whatDoesNotFitIntoTheQueueIsDroppedCountedAndLogged() throws InterruptedException {
    Blocked slow = new Blocked();
    List<String> log =
        LogLines.during(
            () -> {
              try (ToyClient client = client(slow)) {
                client.submitAll(List.of(REFUSED));
                slow.blocks.await();
                client.submitAll(Collections.nCopies(EventQueue.CAPACITY + 499, REFUSED));
                assertThat(client.stats().droppedEvents()).isEqualTo(500);
                assertThat(client.stats().failed()).isEqualTo(EventQueue.CAPACITY + 500);
                slow.letGo.countDown();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(slow.outcomes()).hasSize(EventQueue.CAPACITY);
    List<String> warnings = log.stream().filter(line -> line.contains("too slow")).toList();
    assertThat(warnings).hasSizeBetween(1, 3).allMatch(line -> line.contains("WARN"));
    assertThat(warnings.stream().mapToInt(ListenerQueueTest::number).sum()).isEqualTo(500);
  }

  private static int number(String line) {
    return Pattern.compile("dropped (\\d+) events")
        .matcher(line)
        .results()
        .map((MatchResult found) -> Integer.valueOf(found.group(1)))
        .findFirst()
        .orElseThrow();
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("w0rds"),
        new NoClassDefFoundError("io/micrometer/Metrics"),
        new OutOfMemoryError("w0rds"),
        new Exception("w0rds"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatAListenerThrowsIsLoggedOnceWithoutItsMessageAndItIsStillCalled(Throwable failure) {
    AtomicInteger calls = new AtomicInteger();
    FeedbackListener throwing =
        new FeedbackListener() {
          @Override
          public void onOutcome(OutcomeEvent event) {
            calls.incrementAndGet();
            Thread.currentThread().interrupt();
            ListenerQueueTest.<RuntimeException>sneak(failure);
          }
        };
    java.io.PrintStream before = System.err;
    java.io.ByteArrayOutputStream log = new java.io.ByteArrayOutputStream();
    System.setErr(new java.io.PrintStream(log, true, java.nio.charset.StandardCharsets.UTF_8));
    try (ToyClient client = client(throwing)) {
      for (int i = 0; i < 5; i++) {
        client.submit(on("a"));
      }
    } finally {
      System.setErr(before);
    }
    assertThat(calls).hasValue(5);
    assertThat(log.toString(java.nio.charset.StandardCharsets.UTF_8))
        .containsOnlyOnce("toy's listener threw " + failure.getClass().getName())
        .contains("at io.github.llmfeedback.engine.ListenerQueueTest")
        .doesNotContain("w0rds");
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void closeDeliversWhatIsQueued() {
    Heard heard =
        new Heard() {
          @Override
          public void onOutcome(OutcomeEvent event) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos()); // slower than the submissions
            super.onOutcome(event);
          }
        };
    try (ToyClient client = client(heard)) {
      client.submitAll(Collections.nCopies(50, REFUSED));
    }
    assertThat(heard.outcomes()).hasSize(50);
  }

  @Test
  void closeReturnsInTimeIfTheListenerBlocks() {
    Blocked blocked = new Blocked();
    ToyClient client = client(blocked, ToyClient.settings().closeTimeout(Duration.ofMillis(200)));
    client.submit(on("a"));
    long begun = System.nanoTime();
    List<String> log = LogLines.during(client::close);
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(10));
    assertThat(log)
        .anyMatch(line -> line.contains("toy closes, but its listener has not handled all events"));
    assertThat(blocked.outcomes()).isEmpty();
    blocked.letGo.countDown();
    Await.isTrue("the rest comes later", () -> blocked.outcomes().size() == 1);
  }

  @Test
  void aListenerMaySubmitAskForStatsAndCloseTheClient() {
    AtomicReference<ToyClient> client = new AtomicReference<>();
    CompletableFuture<Long> done = new CompletableFuture<>();
    Heard listener =
        new Heard() {
          @Override
          public void onOutcome(OutcomeEvent event) {
            super.onOutcome(event);
            if (outcomes().size() == 1) {
              client.get().submit(on("b"));
              client.get().submitAsync(on("c")).join();
              client.get().submitAll(ToyClient.many(2));
              long accepted = client.get().stats().accepted();
              client.get().close();
              done.complete(accepted);
            }
          }
        };
    client.set(client(listener, ToyClient.settings().closeTimeout(Duration.ofHours(1))));
    client.get().submit(on("a"));
    Await.isDone(done);
    assertThat(done.join()).isEqualTo(5);
    Await.isTrue("what it did is told too", () -> listener.outcomes().size() == 5);
  }

  /** Submits, and exits without closing its client. */
  static final class Forgetful {
    private Forgetful() {}

    public static void main(String[] args) {
      FeedbackListener slow =
          new FeedbackListener() {
            @Override
            public void onOutcome(OutcomeEvent event) {
              LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
              System.out.print(event.isAccepted() ? "+" : "-");
            }
          };
      ClientSettings settings = ClientSettings.builder().listener(slow).build();
      ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings);
      client.submit(on("a"));
      var unused = client.submitAsync(on("b"));
      client.submit(on("c"));
    }
  }

  @Test
  void aJvmThatExitsWaitsForTheListener() throws InterruptedException {
    try (Program program = new Program(List.of(), Forgetful.class, server.url())) {
      assertThat(program.output(Duration.ofSeconds(60))).isEqualTo("+++");
    }
  }

  @Test
  void aListenerThatBlocksIsNotWaitedForWhenTheJvmExits() throws InterruptedException {
    try (Program program = new Program(List.of(), Stuck.class, server.url())) {
      assertThat(program.output(Duration.ofSeconds(60))).isEqualTo("done");
      assertThat(program.errors())
          .contains("the JVM exits before toy's listener has handled all events");
    }
  }

  /** Has a listener that never returns. */
  static final class Stuck {
    private Stuck() {}

    public static void main(String[] args) {
      FeedbackListener stuck =
          new FeedbackListener() {
            @Override
            public void onOutcome(OutcomeEvent event) {
              while (true) {
                LockSupport.park();
              }
            }
          };
      ClientSettings settings =
          ClientSettings.builder().closeTimeout(Duration.ofMillis(300)).listener(stuck).build();
      new ToyClient(args[0], ToyDialect.plain(), settings).submit(on("a"));
      System.out.print("done");
    }
  }
}
