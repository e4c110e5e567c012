package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pause that the provider asks for, such as of a thousand years, and that is limited. */
class PauseLimitTest {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Reply NEVER_AGAIN =
      Reply.of(429, "").header("Retry-After", "99999999999"); // such as a date in seconds

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final ToyClient client =
      client(
          ToyClient.settings()
              .totalTimeout(Duration.ofHours(1))
              .closeTimeout(Duration.ofMillis(100)) // calls that wait for ever are left behind
              .concurrency(8));

  private ToyClient client(ClientSettings.Builder settings) {
    return new ToyClient(server.url(), ToyDialect.plain(), settings.build(), time);
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  /** Three calls in a pause that is about to end, with the server's behaviour from then on. */
  private List<CompletableFuture<Receipt>> threeThatWait() {
    server.enqueue(NEVER_AGAIN);
    CompletableFuture<Receipt> first = client.submitAsync(on("a"));
    time.awaitAlarm(LONGEST);
    var calls = List.of(first, client.submitAsync(on("b")), client.submitAsync(on("c")));
    assertThat(calls).noneMatch(CompletableFuture::isDone);
    assertThat(server.count()).isEqualTo(1);
    return calls;
  }

  private long checking() {
    return time.alarms().stream().filter(LOOK::equals).count();
  }

  @Test
  void afterItOneCallAsksAndTheOthersFollowItsAnswer() {
    List<CompletableFuture<Receipt>> calls = threeThatWait();
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    time.advance(LONGEST);
    Await.isTrue("two check again later", () -> checking() == 2);
    Await.isTrue("one asks", () -> server.count() == 2);
    time.advance(Duration.ofSeconds(5));
    assertThat(checking()).isEqualTo(2);
    assertThat(server.count()).isEqualTo(2);

    gate.open();
    Await.isTrue("it was told", () -> calls.stream().anyMatch(CompletableFuture::isDone));
    time.advance(LOOK);
    assertThat(calls).allSatisfy(call -> assertThat(call.join().attempts()).isBetween(1, 2));
    assertThat(server.count()).isEqualTo(4);
    CompletableFuture<Receipt> later = client.submitAsync(on("d"));
    assertThat(later.join().attempts()).as("the pause is over").isEqualTo(1);
  }

  @Test
  void ifItIsToldToWaitAgainSoDoAll() {
    List<CompletableFuture<Receipt>> calls = threeThatWait();
    server.answerAll(seen -> NEVER_AGAIN);
    time.advance(LONGEST);
    Await.isTrue("it waits again", () -> time.hasAlarm(LONGEST));
    time.advance(LOOK);
    time.advance(LONGEST.minus(LOOK).minusSeconds(1));
    assertThat(server.count()).as("a second before the end of the new pause").isEqualTo(2);
    assertThat(calls).noneMatch(CompletableFuture::isDone);

    time.advance(Duration.ofSeconds(1));
    Await.isTrue("one asks", () -> server.count() == 3);
  }

  @Test
  void ifItHearsNothingAnotherAsks() {
    List<CompletableFuture<Receipt>> calls = threeThatWait();
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    time.advance(LONGEST);
    Await.isTrue("one asks", () -> server.count() == 2 && checking() == 2);
    server.answerAll(seen -> Reply.of(200, "{}"));
    time.advance(Duration.ofSeconds(10)); // the attempt's time
    time.advance(LOOK);
    Await.isTrue("the next one's yes", () -> server.count() >= 3);
    Await.isTrue(
        "both have it",
        () -> {
          time.advance(LOOK);
          return calls.stream().filter(call -> isReceipt(call)).count() == 2;
        });
    assertThat(calls).filteredOn(CompletableFuture::isCompletedExceptionally).hasSize(1);
    assertThat(server.count()).isEqualTo(4);
  }

  private static boolean isReceipt(CompletableFuture<Receipt> call) {
    return call.isDone() && !call.isCompletedExceptionally();
  }

  @Test
  void aBatchOfALaterTimeGoesOnAfterIt() {
    server.enqueue(NEVER_AGAIN);
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient patient = client(ToyClient.settings().batchTimeout(Duration.ofHours(1)))) {
      CompletableFuture<List<Outcome>> batch = patient.submitAllAsync(ToyClient.many(1));
      time.pass(LONGEST);
      assertThat(batch.join().get(0).orThrow().attempts()).isEqualTo(2);
    }
  }

  @Test
  void whatTheProviderAskedForStaysInTheError() {
    server.enqueue(NEVER_AGAIN);
    ToyClient usual = client(ToyClient.settings());
    RejectedFeedbackException error =
        catchThrowableOfType(RejectedFeedbackException.class, () -> usual.submit(on("a")));
    assertThat(error.retryAfter()).contains(Duration.ofSeconds(99_999_999_999L));
    RejectedFeedbackException next =
        catchThrowableOfType(RejectedFeedbackException.class, () -> usual.submit(on("b")));
    assertThat(next.retryAfter()).as("how long this client waits").contains(LONGEST);
    assertThat(next.attempts()).isZero();
    time.advance(LONGEST);
    server.answerAll(seen -> Reply.of(200, "{}"));
    assertThat(usual.submit(on("c")).attempts()).isEqualTo(1);
    usual.close();
  }

  @Test
  void itIsNoLongerThanTheSettingSays() {
    server.enqueue(NEVER_AGAIN);
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient hasty = client(ToyClient.settings().maxPause(Duration.ofSeconds(3)))) {
      CompletableFuture<Receipt> receipt = hasty.submitAsync(on("a"));
      time.pass(Duration.ofSeconds(3));
      assertThat(receipt.join().attempts()).isEqualTo(2);
    }
  }
}
