package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pause that the provider asks for, and for which a batch has no time. */
class LongPauseTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();

  @AfterEach
  void stop() {
    server.close();
  }

  private static Reply busy(int status, String retryAfter) {
    return Reply.of(status, "").header("Retry-After", retryAfter);
  }

  @Test
  void aPauseThatOutlastsTheBatchEndsItAtOnce() {
    server.answerAll(seen -> busy(503, "3600"));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      for (Outcome outcome : client.submitAll(ToyClient.many(3))) {
        assertThat(outcome.error().orElseThrow())
            .isInstanceOfSatisfying(
                RejectedFeedbackException.class,
                error -> {
                  assertThat(error.status()).isEqualTo(503);
                  assertThat(error.retryAfter().orElseThrow()).isIn(HOUR, LONGEST);
                });
      }
    }
    assertThat(time.alarms()).as("nothing sits it out").doesNotContain(LONGEST, HOUR);
  }

  @Test
  void aBatchThatBeginsInSuchAPauseEndsAtOnceTooIfThePauseLeavesItOnlyAMoment() {
    server.answerAll(seen -> busy(429, "3600"));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      client.submitAll(ToyClient.many(1));
      for (Duration passed : List.of(Duration.ofMillis(5), Duration.ofMillis(9_990))) {
        time.advance(passed);
        Outcome outcome = client.submitAll(ToyClient.many(1)).get(0);
        assertThat(outcome.error().orElseThrow().attempts()).isZero();
      }
      time.advance(Duration.ofSeconds(1));
      CompletableFuture<List<Outcome>> patient = client.submitAllAsync(ToyClient.many(1));
      assertThat(patient).as("it has the time for an attempt").isNotDone();
      server.answerAll(seen -> Reply.of(200, "{}"));
      time.advance(LONGEST.minusSeconds(10));
      assertThat(patient.join().get(0).isAccepted()).isTrue();
    }
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void whatNeverLeftBecauseOfAPauseIsToldHowLongItLasts() {
    server.answerAll(seen -> busy(429, "3600"));
    ClientSettings settings = ToyClient.settings().concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      for (Outcome outcome : client.submitAll(ToyClient.many(3))) {
        boolean isFirst = outcome.index() == 0;
        RejectedFeedbackException error = (RejectedFeedbackException) outcome.error().orElseThrow();
        assertThat(error.status()).isEqualTo(429);
        assertThat(error.retryAfter()).contains(isFirst ? HOUR : LONGEST);
        assertThat(error.attempts()).isEqualTo(isFirst ? 1 : 0);
        assertThat(error.mayHaveArrived()).isFalse();
      }
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whatIsOnTheWireInAnothersPauseRunsOutOfTimeItself() {
    server.answerAll(
        seen -> {
          if (ToyClient.targets(seen).contains("t0")) {
            Await.isTrue("both came", () -> server.count() >= 2); // or the other would not leave
            return busy(429, "300");
          }
          return Reply.fault(Fault.NEVER_ANSWERED);
        });
    ClientSettings settings = ToyClient.settings().attemptTimeout(HOUR).totalTimeout(HOUR).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(2));
      time.awaitAlarm(Duration.ofMinutes(5));
      time.advance(Duration.ofMinutes(10));
      FeedbackException error = batch.join().get(1).error().orElseThrow();
      assertThat(error).isInstanceOf(UndeliveredFeedbackException.class);
      assertThat(error.mayHaveArrived()).isTrue();
    }
  }

  @Test
  void eachChunkOfAStreamHasTheTimeOfABatch() {
    server.answerAll(seen -> busy(429, "310"));
    List<Outcome> handedOut = new ArrayList<>();
    try (ToyClient client = new ToyClient(server, ToyDialect.lists(10), time)) {
      CompletableFuture<BatchSummary> summary =
          CompletableFuture.supplyAsync(
              () -> client.submitEach(ToyClient.many(10).iterator(), handedOut::add));
      time.pass(Duration.ofSeconds(310));
      time.awaitAlarm(Duration.ofSeconds(310)); // it is asked to wait again
      time.advance(Duration.ofSeconds(290));
      assertThat(summary.join().failed()).isEqualTo(10);
      assertThat(summary.join().elapsed()).isEqualTo(Duration.ofMinutes(10));
    }
    for (Outcome outcome : handedOut) {
      RejectedFeedbackException error = (RejectedFeedbackException) outcome.error().orElseThrow();
      assertThat(error.status()).isEqualTo(429);
      assertThat(error.retryAfter()).contains(Duration.ofSeconds(20));
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(handedOut).hasSize(10);
    assertThat(server.count()).isEqualTo(2);
  }
}
