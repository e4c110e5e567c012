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
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Retry-After}, and the pause that all calls of a client share. */
class PauseTest {
  private static final Duration BACKOFF = Duration.ofMillis(150);

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();

  @AfterEach
  void stop() {
    server.close();
  }

  private static Reply busy(int status, String retryAfter) {
    return Reply.of(status, "").header("Retry-After", retryAfter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429 | 7 | 7000",
        "503 | 29 | 29000",
        "503 | Sat, 21 Nov 2026 12:00:09 GMT | 9000",
        "500 | 8 | 8000",
        "429 | 0 | 150",
        "429 | -5 | 150",
        "429 | 1.5 | 150",
        "429 | soon | 150",
        "503 | Sat, 21 Nov 2026 11:59:59 GMT | 150",
        "503 | Fri, 01 Jan 1971 00:00:00 GMT | 150",
      })
  void theWaitIsNoShorterThanAskedFor(int status, String retryAfter, long waited) {
    server.enqueue(busy(status, retryAfter)).enqueue(200, "{}");
    try (ToyClient client = new ToyClient(server, ToyDialect.repeatableOnes(), time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.pass(Duration.ofMillis(waited));
      assertThat(receipt.join().attempts()).isEqualTo(2);
      assertThat(receipt.join().elapsed()).isEqualTo(Duration.ofMillis(waited));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "31 | 31",
        "30 | 30",
        "99999999999 | 99999999999",
        "99999999999999999999999999 | 9223372036854775",
        "Sat, 21 Nov 2026 13:00:00 GMT | 3600",
        "Fri, 31 Dec 9999 23:59:59 GMT | 251607038399",
      })
  void aCallEndsAtOnceIfItCannotWaitSoLong(String retryAfter, long seconds) {
    server.enqueue(busy(429, retryAfter));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      RejectedFeedbackException error = rejection(client);
      assertThat(error.retryAfter()).contains(Duration.ofSeconds(seconds));
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void thePauseIsForAllCallsOfTheClient() {
    server.enqueue(busy(429, "20"));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<Receipt> first = client.submitAsync(on("a"));
      time.awaitAlarm(Duration.ofSeconds(20));
      CompletableFuture<Receipt> second = client.submitAsync(on("b"));

      time.advance(Duration.ofSeconds(19));
      assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
      assertThat(server.count()).isEqualTo(1);

      server.answerAll(seen -> Reply.of(200, "{}"));
      time.advance(Duration.ofSeconds(1));
      assertThat(first.join().attempts()).isEqualTo(2);
      assertThat(second.join().attempts()).isEqualTo(1);
      assertThat(second.join().elapsed()).as("since it left").isEqualTo(Duration.ZERO);
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void theLongerOfTwoPausesStands() {
    server.answerAll(
        seen -> {
          if (ToyClient.targets(seen).contains("a")) {
            Await.isTrue("both requests came", () -> server.count() == 2);
            return busy(429, "20");
          }
          time.awaitAlarm(Duration.ofSeconds(20));
          return busy(503, "2");
        });
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<Receipt> first = client.submitAsync(on("a"));
      CompletableFuture<Receipt> second = client.submitAsync(on("b"));
      time.awaitAlarm(Duration.ofSeconds(20));
      time.awaitAlarm(Duration.ofSeconds(2));

      server.answerAll(seen -> Reply.of(200, "{}"));
      time.advance(Duration.ofSeconds(2));
      time.advance(Duration.ofSeconds(17));
      assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
      assertThat(server.count()).as("a second before its end").isEqualTo(2);
      time.advance(Duration.ofSeconds(1));
      CompletableFuture.allOf(first, second).join();
    }
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void aNewCallEndsAtOnceIfThePauseOutlastsIt() {
    server.enqueue(busy(503, "3600"));
    ClientSettings settings = ToyClient.settings().maxPause(Duration.ofHours(1)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      assertThat(rejection(client).attempts()).isEqualTo(1);
      time.advance(Duration.ofMinutes(10));

      RejectedFeedbackException error = rejection(client);
      assertThat(error.status()).isEqualTo(503);
      assertThat(error.retryAfter()).contains(Duration.ofMinutes(50));
      assertThat(error.attempts()).isZero();
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aNewCallEndsAtOnceIfThePauseLeavesItNoTime() {
    server.enqueue(busy(429, "60"));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      assertThat(rejection(client).attempts()).isEqualTo(1);
      time.advance(Duration.ofSeconds(30)); // which leaves a pause of exactly the call's timeout

      CompletableFuture<Receipt> late = client.submitAsync(on("a"));
      Await.isDone(late);
      assertThat(late.handle((ok, error) -> error).join())
          .isInstanceOfSatisfying(
              RejectedFeedbackException.class,
              error -> assertThat(error.retryAfter()).contains(Duration.ofSeconds(30)));
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aNewCallEndsAtOnceEvenIfBatchesHoldAllPlaces() {
    server.enqueue(busy(429, "300"));
    try (ToyClient client =
        new ToyClient(
            server.url(), ToyDialect.plain(), ToyClient.settings().concurrency(1).build(), time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(1));
      time.awaitAlarm(Duration.ofMinutes(5));
      assertThat(rejection(client).retryAfter()).contains(Duration.ofMinutes(5));
      batch.cancel(false);
    }
  }

  @Test
  void tenThousandQueuedCallsCanEndInOnePause() {
    server.enqueue(busy(429, "3600").after(Duration.ofMillis(300)));
    try (ToyClient client =
        new ToyClient(
            server.url(), ToyDialect.plain(), ToyClient.settings().concurrency(1).build(), time)) {
      List<CompletableFuture<Receipt>> queued =
          ToyClient.many(10_000).stream().map(client::submitAsync).toList();
      queued.forEach(
          each ->
              assertThat(catchThrowableOfType(CompletionException.class, each::join))
                  .hasCauseInstanceOf(RejectedFeedbackException.class));
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void inABatchThePauseCostsNeitherTimeNorRetries() {
    for (int i = 0; i < 5; i++) {
      server.enqueue(busy(429, "60"));
    }
    server.enqueue(503, "").enqueue(503, "").enqueue(200, "{}");
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(1));
      for (int i = 0; i < 5; i++) {
        time.pass(Duration.ofMinutes(1));
      }
      time.pass(BACKOFF);
      time.pass(BACKOFF.multipliedBy(2));
      assertThat(batch.join().get(0).orThrow().attempts()).isEqualTo(8);
    }
  }

  @Test
  void aBatchThatBeginsInALongPauseSitsItOut() {
    server.enqueue(busy(429, "60"));
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      assertThat(rejection(client).retryAfter()).contains(Duration.ofMinutes(1));
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(3));
      assertThat(server.count()).isEqualTo(1);
      time.pass(Duration.ofMinutes(1));
      assertThat(batch.join()).hasSize(3).allMatch(Outcome::isAccepted);
    }
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void inABatchAPauseThatAnotherWasAskedForCostsNoTimeEither() {
    Queue<Reply> asked = new ConcurrentLinkedQueue<>(List.of(busy(429, "60")));
    Queue<Reply> other = new ConcurrentLinkedQueue<>(List.of(Reply.of(503, ""), Reply.of(503, "")));
    server.answerAll(
        seen -> {
          Reply next = (ToyClient.targets(seen).contains("t0") ? asked : other).poll();
          return next == null ? Reply.of(200, "{}") : next;
        });
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(2));
      time.awaitAlarm(Duration.ofMinutes(1));
      time.pass(BACKOFF); // reaches the pause, and waits it out
      Duration left = Duration.ofMinutes(1).minus(BACKOFF);
      time.advance(left.minusSeconds(1));
      assertThat(server.count()).as("a second before its end").isEqualTo(2);

      time.advance(Duration.ofSeconds(1));
      time.pass(BACKOFF.multipliedBy(2)); // it has the time to try again
      assertThat(batch.join()).allMatch(Outcome::isAccepted);
    }
    assertThat(server.count()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "Fri, 01 Jan 1971 00:00:00 GMT"})
  void inABatchAnEmptyPauseCostsARetry(String retryAfter) {
    server.answerAll(seen -> busy(429, retryAfter));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(1));
      time.pass(BACKOFF);
      time.pass(BACKOFF.multipliedBy(2));
      assertThat(batch.join().get(0).error().orElseThrow().attempts()).isEqualTo(3);
    }
  }

  private static RejectedFeedbackException rejection(ToyClient client) {
    return catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(on("a")));
  }
}
