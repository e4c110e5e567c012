package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long calls wait before a retry, and when they do not retry. */
class BackoffTest {
  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"0.0, 0", "0.25, 75", "0.5, 150", "0.999, 299.7"})
  void jitterIsFull(double random, double millis) {
    server.enqueue(503, "").enqueue(200, "{}");
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time.random(random))) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.pass(Duration.ofNanos((long) (millis * 1_000_000)));
      assertThat(receipt.join().attempts()).isEqualTo(2);
    }
  }

  @Test
  void eachWaitIsTwiceAsLongUntilTheLongest() {
    server.answerAll(seen -> Reply.of(429, ""));
    ClientSettings settings =
        ToyClient.settings()
            .maxRetries(9)
            .backoff(Duration.ofMillis(300), Duration.ofSeconds(3))
            .build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      for (int millis : new int[] {150, 300, 600, 1200, 1500, 1500, 1500, 1500, 1500}) {
        time.pass(Duration.ofMillis(millis));
      }
      assertThat(error(receipt).attempts()).isEqualTo(10);
    }
  }

  @Test
  void aCallThatHasNoTimeToWaitEndsAtOnce() {
    server.enqueue(503, "");
    ClientSettings settings = ToyClient.settings().totalTimeout(Duration.ofMillis(150)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      FeedbackException error = error(client.submitAsync(on("a")));
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.elapsed()).isZero();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void retriesEndWhenMostCallsFail() {
    server.answerAll(seen -> Reply.of(503, ""));
    ClientSettings settings = ToyClient.impatient().maxRetries(1).concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(150));
      assertThat(outcomes).noneMatch(Outcome::isAccepted);
      assertThat(server.count()).as("150 attempts, 100 retries").isEqualTo(250);
      server.answerAll(seen -> Reply.of(200, "{}"));
      client.submitAll(ToyClient.many(2)).forEach(Outcome::orThrow);
      server.enqueue(503, "");
      assertThat(client.submit(on("a")).attempts()).as("two yes, one retry").isEqualTo(2);
    }
  }

  @Test
  void manyGoodCallsSaveUpNoMoreRetriesThanThat() {
    ClientSettings settings = ToyClient.impatient().maxRetries(1).concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
      server.answerAll(seen -> Reply.of(200, "{}"));
      assertThat(client.submitAll(ToyClient.many(200))).allMatch(Outcome::isAccepted);
      server.answerAll(seen -> Reply.of(503, ""));
      assertThat(client.submitAll(ToyClient.many(150))).noneMatch(Outcome::isAccepted);
    }
    assertThat(server.count()).as("200 and 150 attempts, 100 retries").isEqualTo(450);
  }

  private static FeedbackException error(CompletableFuture<Receipt> receipt) {
    Await.isDone(receipt);
    return (FeedbackException) receipt.handle((ok, error) -> error).join();
  }
}
