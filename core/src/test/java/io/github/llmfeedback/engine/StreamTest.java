package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any number of feedbacks in constant memory. */
@Timeout(120)
class StreamTest {
  private static final int CHUNK = 10;
  private static final int CONCURRENCY = 3;

  private final LoopbackServer server = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
  private final ManualTime time = new ManualTime();
  private final HeldReplies gate = HeldReplies.yes();
  private final ToyClient client =
      new ToyClient(
          server.url(),
          ToyDialect.lists(CHUNK),
          ToyClient.settings().concurrency(CONCURRENCY).build(),
          time);
  private final AtomicInteger pulled = new AtomicInteger();
  private final List<Outcome> handedOut = new ArrayList<>();
  private Thread stream = Thread.currentThread();

  @AfterEach
  void stop() {
    gate.open();
    client.close();
    server.close();
  }

  /** A source that counts what is read from it. */
  private Iterator<Feedback> source(int count, IntFunction<Feedback> each) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return pulled.get() < count;
      }

      @Override
      public Feedback next() {
        return each.apply(pulled.getAndIncrement());
      }
    };
  }

  private Iterator<Feedback> source(int count) {
    return source(count, i -> ToyClient.on("t" + i));
  }

  /** A stream on its own thread. */
  private CompletableFuture<BatchSummary> inBackground(
      ToyClient client, Iterator<Feedback> source, Consumer<Outcome> sink) {
    CompletableFuture<BatchSummary> summary = new CompletableFuture<>();
    stream =
        new Thread(
            () -> {
              try {
                summary.complete(client.submitEach(source, sink));
              } catch (RuntimeException | Error e) {
                summary.completeExceptionally(e);
              }
            });
    stream.setDaemon(true);
    stream.start();
    return summary;
  }

  @Test
  void outcomesComeInInputOrderOnTheCallersThread() {
    Thread caller = Thread.currentThread();
    BatchSummary summary =
        client.submitEach(
            source(95),
            outcome -> {
              assertThat(Thread.currentThread()).isSameAs(caller);
              handedOut.add(outcome);
            });
    assertThat(handedOut).extracting(Outcome::index).isSorted().hasSize(95);
    assertThat(handedOut).allMatch(Outcome::isAccepted);
    assertThat(summary.submitted()).isEqualTo(95);
    assertThat(summary.accepted()).isEqualTo(95);
    assertThat(summary.failed() + summary.uncertain()).isZero();
    assertThat(server.count()).isEqualTo(10);
  }

  /** A client that sends feedback one by one, or in lists. */
  private ToyClient client(int chunk) {
    ToyDialect toy = chunk == 1 ? ToyDialect.plain() : ToyDialect.lists(chunk);
    return new ToyClient(
        server.url(), toy, ToyClient.settings().concurrency(CONCURRENCY).build(), time);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, CHUNK})
  void noMoreIsPulledThanMayBeInFlight(int chunk) {
    server.answerAll(gate);
    try (ToyClient stalled = client(chunk)) {
      var summary = inBackground(stalled, source(1000), handedOut::add);
      Await.isTrue(
          "all places are taken, and the stream waits",
          () -> server.count() == CONCURRENCY && stream.getState() == Thread.State.WAITING);
      assertThat(pulled).hasValue(CONCURRENCY * chunk);
      gate.open();
      assertThat(summary.join().accepted()).isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, CHUNK})
  void whatTakesLongHoldsUpOutcomesAndNotTheOthersUntilAThousandWaitForIt(int chunk) {
    int most = CONCURRENCY * chunk + 1000;
    AtomicInteger mostHeld = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    AtomicInteger mostInFlight = new AtomicInteger();
    Iterator<Feedback> source =
        source(
            5000,
            i -> {
              mostHeld.accumulateAndGet(i + 1 - handedOut.size(), Math::max);
              return ToyClient.on("t" + i);
            });
    server.answerAll(
        seen -> {
          mostInFlight.accumulateAndGet(now.incrementAndGet(), Math::max);
          Reply reply =
              ToyClient.targets(seen).contains("t0") ? gate.apply(seen) : Reply.of(200, "{}");
          now.decrementAndGet();
          return reply;
        });
    try (ToyClient client = client(chunk)) {
      var summary = inBackground(client, source, handedOut::add);
      Await.isTrue("all others have ended", () -> server.count() == most / chunk);
      Await.isTrue("the stream waits", () -> stream.getState() == Thread.State.WAITING);
      assertThat(pulled).hasValue(most);
      assertThat(handedOut).isEmpty();
      gate.open();
      assertThat(summary.join().accepted()).isEqualTo(5000);
    }
    assertThat(handedOut).extracting(Outcome::index).isSorted().hasSize(5000);
    assertThat(mostHeld).hasValue(most);
    assertThat(mostInFlight).hasValueLessThanOrEqualTo(CONCURRENCY);
  }

  @Test
  void feedbackOnOneTargetGoesInInputOrderThroughAllOfIt() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server.answerAll(
        seen -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          LockSupport.parkNanos(5_000_000);
          now.decrementAndGet();
          return Reply.of(200, "{}");
        });
    Iterator<Feedback> source =
        source(6 * CHUNK, i -> Feedback.on("same").comment("w" + i).build());
    assertThat(client.submitEach(source, handedOut::add).accepted()).isEqualTo(6 * CHUNK);
    assertThat(most).as("requests at the same time").hasValue(1);
    assertThat(server.takeAll().stream().map(Seen::body).collect(Collectors.joining()))
        .containsSubsequence(
            IntStream.range(0, 6 * CHUNK).mapToObj(i -> "\"w" + i + "\"").toList());
  }

  @Test
  void whatIsDoneIsHandedOutWhileTheSourceIsSlow() {
    int count = 100; // all of which fit in flight
    AtomicInteger outcomes = new AtomicInteger();
    AtomicBoolean hasOutcomeInTime = new AtomicBoolean();
    Iterator<Feedback> slow =
        source(
            count,
            i -> {
              if (i == 1) {
                Await.isTrue("the first has ended", () -> time.alarms().isEmpty());
              } else if (i == count - 1) {
                hasOutcomeInTime.set(outcomes.get() > 0);
              }
              return ToyClient.on("t" + i);
            });
    ClientSettings settings = ToyClient.settings().concurrency(count).build();
    try (ToyClient wide = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      wide.submitEach(slow, outcome -> outcomes.incrementAndGet());
    }
    assertThat(hasOutcomeInTime).isTrue();
    assertThat(outcomes).hasValue(count);
  }

  @Test
  void ifTheSourceThrowsWhatWasTakenIsFinished() {
    IllegalStateException mine = new IllegalStateException("mine");
    Iterator<Feedback> breaks =
        source(
            100,
            i -> {
              if (i == 47) {
                throw mine;
              }
              return ToyClient.on("t" + i);
            });
    assertThatThrownBy(() -> client.submitEach(breaks, handedOut::add)).isSameAs(mine);
    assertThat(handedOut).hasSize(47).allMatch(Outcome::isAccepted);
    assertThat(pulled).hasValue(48);
    assertThat(server.takeAll()).flatExtracting(ToyClient::targets).hasSize(47);
  }

  @Test
  void aCheckedExceptionFromKotlinIsNoOtherCase() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    IOException lost = new IOException("the database is gone");
    Iterator<Feedback> source =
        source(100, i -> i < 15 ? ToyClient.on("t" + i) : StreamTest.<RuntimeException>sneak(lost));
    assertThatThrownBy(() -> client.submitEach(source, handedOut::add)).isSameAs(lost);
    assertThat(handedOut).hasSize(15).allMatch(Outcome::isAccepted);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> Feedback sneak(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void aNullEndsTheStreamAndNamesItsPlace() {
    List<Feedback> withNull = new ArrayList<>(ToyClient.many(5));
    withNull.add(null);
    withNull.addAll(ToyClient.many(5));
    assertThatThrownBy(() -> client.submitEach(withNull.iterator(), handedOut::add))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("feedback 5");
    assertThat(handedOut).hasSize(5);
  }

  @Test
  void ifTheCallbackThrowsNoMoreIsPulledAndTheRestIsHandedOut() {
    IllegalStateException mine = new IllegalStateException("mine");
    AtomicInteger pulledBefore = new AtomicInteger();
    assertThatThrownBy(
            () ->
                client.submitEach(
                    source(5000),
                    outcome -> {
                      handedOut.add(outcome);
                      if (outcome.index() == 12) {
                        pulledBefore.set(pulled.get());
                        throw mine;
                      }
                    }))
        .isSameAs(mine);
    assertThat(pulled).hasValue(pulledBefore.get()).hasValueLessThan(5000);
    assertThat(handedOut).hasSize(pulled.get()).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll()).flatExtracting(ToyClient::targets).hasSize(pulled.get());
  }

  @Test
  void aCallbackThatThrowsEveryTimeIsHeardOnce() {
    assertThatThrownBy(
            () ->
                client.submitEach(
                    source(1000),
                    outcome -> {
                      throw new IllegalStateException("no " + outcome.index());
                    }))
        .hasMessage("no 0")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSizeBetween(9, 10));
  }

  @Test
  void aCallbackMayThrowTheSameEveryTime() {
    IllegalStateException mine = new IllegalStateException("mine");
    assertThatThrownBy(
            () ->
                client.submitEach(
                    source(1000),
                    outcome -> {
                      handedOut.add(outcome);
                      throw mine;
                    }))
        .isSameAs(mine);
    assertThat(handedOut).hasSize(pulled.get());
  }

  @Test
  void aFaultInTheMiddleCostsItsChunkAlone() {
    server.answerAll(
        seen -> ToyClient.targets(seen).contains("t95") ? Reply.of(500, "") : Reply.of(200, "{}"));
    BatchSummary summary = client.submitEach(source(200), handedOut::add);
    assertThat(summary.accepted()).isEqualTo(190);
    assertThat(summary.failed()).isEqualTo(10);
    assertThat(summary.uncertain()).isEqualTo(10);
    assertThat(handedOut).extracting(Outcome::index).isSorted().hasSize(200);
  }

  @Test
  void anEmptySourceIsDone() {
    assertThat(client.submitEach(source(0), handedOut::add).submitted()).isZero();
    assertThat(server.count()).isZero();
  }
}
