package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a closing client does with pending calls. */
@Timeout(60)
class CloseTest {
  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final HeldReplies gate = HeldReplies.yes();
  private final ToyClient client =
      new ToyClient(
          server.url(), ToyDialect.plain(), ToyClient.settings().concurrency(1).build(), time);

  @AfterEach
  void stop() {
    gate.open();
    client.close();
    server.close();
  }

  private CompletableFuture<Void> close() {
    return close(client);
  }

  private static CompletableFuture<Void> close(ToyClient client) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              client.close();
              closed.complete(null);
            });
    thread.setDaemon(true);
    thread.start();
    return closed;
  }

  /** Begins to close, and waits until nothing new is admitted. */
  private CompletableFuture<Void> closing() {
    CompletableFuture<Void> closed = close();
    Await.isTrue("it takes nothing more", this::isClosing);
    return closed;
  }

  private boolean isClosing() {
    try {
      client.submitEach(Collections.<Feedback>emptyIterator(), outcome -> {});
      return false;
    } catch (UndeliveredFeedbackException e) {
      return e.reason() == Reason.CLOSED;
    }
  }

  /** A client whose closing waits longer than any test. */
  private ToyClient patient() {
    ClientSettings settings =
        ToyClient.settings()
            .closeTimeout(Duration.ofHours(1))
            .totalTimeout(Duration.ofDays(1))
            .maxPause(Duration.ofDays(1))
            .build();
    return new ToyClient(server.url(), ToyDialect.plain(), settings, time);
  }

  @Test
  void whatIsOnTheWireAndWhatIsQueuedIsDeliveredAndNothingNewIsTaken() {
    server.answerAll(gate);
    List<CompletableFuture<Receipt>> admitted =
        ToyClient.many(20).stream().map(client::submitAsync).toList();
    Await.isTrue("the first request came", () -> server.count() == 1);

    CompletableFuture<Void> closed = closing();
    assertThat(closed).isNotDone();
    assertThat(admitted).noneMatch(CompletableFuture::isDone);

    gate.open();
    Await.isDone(closed);
    assertThat(admitted).allMatch(CompletableFuture::isDone);
    assertThat(admitted).allSatisfy(it -> assertThat(it.join().attempts()).isEqualTo(1));
    assertThat(server.count()).isEqualTo(20);
  }

  @Test
  void aRetryThatEndsInTimeIsWaitedFor() {
    server.enqueue(503, "").enqueue(200, "{}");
    CompletableFuture<Receipt> inBackoff = client.submitAsync(on("a"));
    time.awaitAlarm(Duration.ofMillis(150));
    CompletableFuture<Void> closed = closing();
    time.advance(Duration.ofMillis(150));
    Await.isDone(closed);
    assertThat(inBackoff.join().attempts()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"503, the feedback may have arrived", "429, it was not stored"})
  void aRetryThatWouldComeTooLateEndsAtOnceAndTheMessageSaysWhatIsTrue(int status, String words) {
    server.enqueue(Reply.of(status, "").header("Retry-After", "7200")); // longer than closing waits
    ToyClient slow = patient();
    CompletableFuture<Receipt> inBackoff = slow.submitAsync(on("a"));
    time.awaitAlarm(Duration.ofHours(2));
    slow.close();
    assertThat(reason(inBackoff)).isEqualTo(Reason.CLOSED);
    assertThat(error(inBackoff)).hasMessage("the toy client is closed; " + words);
    assertThat(error(inBackoff).mayHaveArrived())
        .as("503 leaves its doubt")
        .isEqualTo(status == 503);
    assertThat(error(inBackoff).attempts()).isEqualTo(1);
    assertThat(time.alarms()).isEmpty();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whatFailsWhileClosingAndWouldWaitTooLongIsNotTriedAgain() {
    HeldReplies busy = new HeldReplies(seen -> Reply.of(503, "").header("Retry-After", "20"));
    server.answerAll(busy);
    CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
    CompletableFuture<Receipt> queued = client.submitAsync(on("b"));
    Await.isTrue("the request came", () -> server.count() == 1);
    CompletableFuture<Void> closed = closing();
    busy.open();
    Await.isDone(closed);
    assertThat(onWire.handle((ok, e) -> e).join()).isInstanceOf(RejectedFeedbackException.class);
    assertThat(reason(queued)).as("the provider's pause is too long").isEqualTo(Reason.CLOSED);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aRunningBatchIsDelivered() {
    server.enqueue(200, "{}").answerAll(gate);
    CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(20));
    Await.isTrue("the second request came", () -> server.count() == 2);
    CompletableFuture<Void> closed = closing();
    gate.open();
    Await.isDone(closed);
    assertThat(batch).isDone();
    assertThat(batch.join()).hasSize(20).allMatch(Outcome::isAccepted);
  }

  @Test
  void aStreamDeliversWhatItHasReadReadsNoMoreAndSaysSo() {
    server.answerAll(gate);
    AtomicInteger read = new AtomicInteger();
    Iterator<Feedback> endless = Stream.generate(() -> on("t" + read.getAndIncrement())).iterator();
    List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    CompletableFuture<BatchSummary> stream =
        CompletableFuture.supplyAsync(() -> client.submitEach(endless, outcomes::add));
    Await.isTrue("the request came", () -> server.count() == 1);
    CompletableFuture<Void> closed = closing();
    gate.open();
    Await.isDone(closed);
    Await.isDone(stream);
    assertThat(stream.handle((ok, e) -> e.getCause()).join())
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    assertThat(outcomes).hasSize(read.get()).allMatch(Outcome::isAccepted);
    assertThat(server.count()).isEqualTo(read.get());
  }

  @Test
  void whatIsLeftAfterTheTimeoutFailsAndOneLineCountsIt() {
    server.answerAll(gate);
    ClientSettings brief =
        ToyClient.settings().concurrency(2).closeTimeout(Duration.ofMillis(200)).build();
    ToyClient hasty = new ToyClient(server.url(), ToyDialect.lists(3), brief);
    List<CompletableFuture<Receipt>> singles =
        ToyClient.many(5).stream().map(hasty::submitAsync).toList();
    CompletableFuture<List<Outcome>> batch = hasty.submitAllAsync(ToyClient.many(20));
    Await.isTrue("two are on the wire", () -> server.count() == 2);

    List<String> log = LogLines.during(hasty::close);

    assertThat(singles).allMatch(CompletableFuture::isDone);
    assertThat(singles).allMatch(it -> reason(it) == Reason.CLOSED);
    assertThat(singles.subList(0, 2)).allMatch(it -> error(it).mayHaveArrived());
    assertThat(singles.subList(2, 5)).noneMatch(it -> error(it).mayHaveArrived());
    assertThat(batch.join())
        .hasSize(20)
        .allMatch(it -> !it.isAccepted() && !it.error().orElseThrow().mayHaveArrived());
    assertThat(log)
        .filteredOn(line -> line.contains("WARN"))
        .singleElement()
        .asString()
        .contains("toy closes before 25 feedbacks had a response");
  }

  @Test
  void anInterruptEndsTheWait() throws InterruptedException {
    server.answerAll(gate);
    CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
    Await.isTrue("the request came", () -> server.count() == 1);
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              client.close();
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    thread.start();
    thread.interrupt();
    thread.join();
    assertThat(stillInterrupted).isTrue();
    assertThat(reason(onWire)).isEqualTo(Reason.CLOSED);
  }

  @Test
  void callbacksHaveRunWhenTheClientIsClosed() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    AtomicInteger called = new AtomicInteger();
    for (Feedback feedback : ToyClient.many(50)) {
      var unused =
          client
              .submitAsync(feedback)
              .whenComplete(
                  (receipt, error) -> {
                    LockSupport.parkNanos(1_000_000);
                    called.incrementAndGet();
                  });
    }
    client.close();
    assertThat(called).hasValue(50);
  }

  @Test
  void aClosedClientTakesNothing() {
    client.close();
    client.close();
    assertThat(
            catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")))
                .reason())
        .isEqualTo(Reason.CLOSED);
    assertThat(reason(client.submitAsync(on("a")))).isEqualTo(Reason.CLOSED);
    List<Outcome> each = new ArrayList<>(client.submitAll(ToyClient.many(3)));
    each.addAll(client.submitAllAsync(ToyClient.many(3)).join());
    assertThat(each).hasSize(6).noneMatch(Outcome::isAccepted);
    Iterator<Feedback> unread = ToyClient.many(3).iterator();
    assertThat(
            catchThrowableOfType(
                    UndeliveredFeedbackException.class, () -> client.submitEach(unread, each::add))
                .reason())
        .isEqualTo(Reason.CLOSED);
    assertThat(unread.next().target()).isEqualTo(ToyClient.many(1).get(0).target());
    assertThat(server.count()).isZero();
  }

  @Test
  void whatHasEndedIsNotWaitedFor() {
    server.enqueue(200, "{}").enqueue(400, "{}").answerAll(seen -> Reply.of(200, "{}"));
    ClientSettings patient = ToyClient.settings().attemptTimeout(Duration.ofHours(1)).build();
    ToyClient another = new ToyClient(server.url(), ToyDialect.plain(), patient);
    List<CompletableFuture<Receipt>> ended =
        ToyClient.many(3).stream().map(another::submitAsync).toList();
    ended.forEach(Await::isDone);
    assertThat(another.submitAll(ToyClient.many(3))).allMatch(Outcome::isAccepted);
    Await.isDone(close(another));
  }

  @Test
  void aCallbackMayCloseTheClient() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    ToyClient own = patient();
    CompletableFuture<Void> closed =
        own.submitAsync(on("a")).thenAccept(receipt -> own.close()); // which waits for all others
    Await.isDone(closed);
    assertThat(closed).isCompleted();
  }

  @Test
  void aCallbackMayCloseTheClientWhileOthersAreOnTheWire() {
    server.enqueue(429, "").answerAll(gate);
    CompletableFuture<Void> closed =
        client
            .submitAsync(on("a"))
            .handle(
                (receipt, error) -> {
                  client.close();
                  return null;
                });
    time.awaitAlarm(Duration.ofMillis(150));
    CompletableFuture<Receipt> queued = client.submitAsync(on("b"));
    time.advance(Duration.ofMillis(150));
    Await.isTrue("it is tried again", () -> server.count() == 2);
    gate.open();
    Await.isDone(closed);
    Await.isDone(queued);
  }

  @Test
  void anotherClientOfTheProcessGoesOn() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient other = new ToyClient(server, ToyDialect.plain())) {
      client.submit(on("a"));
      client.close();
      assertThat(other.submit(on("b")).attempts()).isEqualTo(1);
    }
  }

  private static UndeliveredFeedbackException error(CompletableFuture<Receipt> receipt) {
    Await.isDone(receipt);
    return (UndeliveredFeedbackException) receipt.handle((ok, error) -> error).join();
  }

  private static Reason reason(CompletableFuture<Receipt> receipt) {
    return error(receipt).reason();
  }
}
