package io.github.llmfeedback.spi;

import static io.github.llmfeedback.spi.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client that closes does with what it still has. */
@Timeout(60)
class CloseTest {
  private final LoopbackServer server = new LoopbackServer();
  private final HandTime time = new HandTime();
  private final Gate gate = Gate.yes();
  private final ToyClient client =
      new ToyClient(server.url(), Toy.plain(), ToyClient.settings().concurrency(1).build(), time);

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

  @Test
  void whatIsOnTheWireFinishesAndWhatIsQueuedDoesNot() {
    server.answerAll(gate);
    CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
    Until.isTrue("the request came", () -> server.count() == 1);
    CompletableFuture<Receipt> queued = client.submitAsync(on("b"));

    CompletableFuture<Void> closed = close();
    assertThat(reason(queued)).isEqualTo(Reason.CLOSED);
    assertThat(error(queued).mayHaveArrived()).isFalse();
    assertThat(closed).isNotDone();
    assertThat(onWire).isNotDone();

    gate.open();
    assertThat(onWire.join().attempts()).isEqualTo(1);
    Until.isDone(closed);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whatWaitsForARetryEndsAtOnce() {
    server.enqueue(503, "");
    CompletableFuture<Receipt> inBackoff = client.submitAsync(on("a"));
    time.awaitAlarm(Duration.ofMillis(150));
    client.close();
    assertThat(reason(inBackoff)).isEqualTo(Reason.CLOSED);
    assertThat(error(inBackoff).mayHaveArrived()).as("the 503 leaves its doubt").isTrue();
    assertThat(error(inBackoff).attempts()).isEqualTo(1);
    assertThat(time.alarms()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"503, the feedback may have arrived", "429, surely not stored"})
  void theMessageSaysWhetherItMayHaveArrived(int status, String words) {
    server.enqueue(status, "");
    CompletableFuture<Receipt> inBackoff = client.submitAsync(on("a"));
    time.awaitAlarm(Duration.ofMillis(150));
    client.close();
    assertThat(error(inBackoff)).hasMessageEndingWith(": the client is closed; " + words);
    assertThat(server.count()).isEqualTo(1); // so "nothing was sent" would be untrue
  }

  @Test
  void whatFailsWhileClosingIsNotTriedAgain() {
    Gate busy = new Gate(seen -> Reply.of(503, ""));
    server.answerAll(busy);
    CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
    Until.isTrue("the request came", () -> server.count() == 1);
    CompletableFuture<Void> closed = close();
    Until.isTrue(
        "it takes nothing more", () -> reason(client.submitAsync(on("b"))) == Reason.CLOSED);
    busy.open();
    Until.isDone(closed);
    Until.isDone(onWire);
    assertThat(onWire.handle((ok, e) -> e).join()).isInstanceOf(RejectedFeedbackException.class);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aBatchEndsWithOneOutcomeEach() {
    server.enqueue(200, "{}").answerAll(gate);
    CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(20));
    Until.isTrue("the second request came", () -> server.count() == 2);
    CompletableFuture<Void> closed = close();
    Until.isTrue(
        "it takes nothing more", () -> reason(client.submitAsync(on("b"))) == Reason.CLOSED);
    gate.open();
    Until.isDone(closed);
    assertThat(batch.join().subList(0, 2)).allMatch(Outcome::isAccepted);
    assertThat(batch.join().subList(2, 20))
        .allSatisfy(
            outcome ->
                assertThat(outcome.error().orElseThrow())
                    .isInstanceOfSatisfying(
                        UndeliveredFeedbackException.class,
                        error -> {
                          assertThat(error.reason()).isEqualTo(Reason.CLOSED);
                          assertThat(error.mayHaveArrived()).isFalse();
                        }));
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
    assertThat(client.submitEach(ToyClient.many(3).iterator(), each::add).failed()).isEqualTo(3);
    assertThat(each).hasSize(9).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isZero();
  }

  @Test
  void whatHasEndedIsNotWaitedFor() {
    server.enqueue(200, "{}").enqueue(400, "{}").answerAll(seen -> Reply.of(200, "{}"));
    ClientSettings patient = ToyClient.settings().attemptTimeout(Duration.ofHours(1)).build();
    ToyClient another = new ToyClient(server.url(), Toy.plain(), patient);
    List<CompletableFuture<Receipt>> ended =
        ToyClient.many(3).stream().map(another::submitAsync).toList();
    ended.forEach(Until::isDone);
    assertThat(another.submitAll(ToyClient.many(3))).allMatch(Outcome::isAccepted);
    Until.isDone(close(another));
  }

  @Test
  void aCallbackMayCloseTheClient() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    CompletableFuture<Void> closed =
        client.submitAsync(on("a")).thenAccept(receipt -> client.close());
    Until.isDone(closed);
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
    Until.isTrue("it is tried again", () -> server.count() == 2);
    gate.open();
    Until.isDone(closed);
    Until.isDone(queued);
  }

  @Test
  void anotherClientOfTheProcessGoesOn() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient other = new ToyClient(server, Toy.plain())) {
      client.submit(on("a"));
      client.close();
      assertThat(other.submit(on("b")).attempts()).isEqualTo(1);
    }
  }

  private static UndeliveredFeedbackException error(CompletableFuture<Receipt> receipt) {
    Until.isDone(receipt);
    return (UndeliveredFeedbackException) receipt.handle((ok, error) -> error).join();
  }

  private static Reason reason(CompletableFuture<Receipt> receipt) {
    return error(receipt).reason();
  }
}
