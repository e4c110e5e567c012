package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Answer;
import io.github.llmfeedback.spi.Dialogue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConfirmationTest extends ConfirmationFixture {
  @Test
  void ratingIsStoredOnceItIsSeen() {
    server.enqueue(YES).enqueue(STORED);

    Receipt receipt = client.submitConfirmed(UP, LONG);

    assertThat(receipt.assurance()).isEqualTo(Assurance.STORED);
    assertThat(receipt.target()).isEqualTo(ID);
    assertThat(receipt.attempts()).isEqualTo(2);
    assertThat(receipt.elapsed()).isGreaterThan(Duration.ofMillis(20));
    assertThat(receipt.state()).isEqualTo(Map.of("rating", List.of("true")));
    assertThat(asked()).containsExactly("feedback", "query-clickhouse");
  }

  @Test
  void lookIsTheOneThatTheServerWasSeenToAnswer() {
    WireExample.of("helicone/query-stored.json").assertAsks(HeliconeQuery.row(ID));
  }

  @Test
  void ratingThatCameBeforeItsRequestIsPostedAgainOnceTheRequestIsThere() {
    server.enqueue(YES).enqueue(ABSENT).enqueue(ABSENT).enqueue(LOST).enqueue(YES).enqueue(STORED);

    Receipt receipt = client.submitConfirmed(UP, LONG);

    assertThat(receipt.assurance()).isEqualTo(Assurance.STORED);
    assertThat(receipt.attempts()).isEqualTo(6);
    assertThat(receipt.elapsed()).isGreaterThan(Duration.ofSeconds(1)); // between the two posts
    assertThat(asked())
        .containsExactly(
            "feedback",
            "query-clickhouse",
            "query-clickhouse",
            "query-clickhouse",
            "feedback",
            "query-clickhouse");
  }

  @Test
  void otherRatingIsLaterAndNotOverwritten() {
    server.enqueue(YES).enqueue(STORED).enqueue(STORED).enqueue(201, DOWN_ROW);

    Receipt receipt = client.submitConfirmed(Feedback.on(ID).thumbsDown().build(), LONG);

    assertThat(receipt.assurance()).isEqualTo(Assurance.STORED);
    assertThat(asked())
        .containsExactly("feedback", "query-clickhouse", "query-clickhouse", "query-clickhouse");
  }

  @Test
  void waitsGrowUpToFiveTimesTheFirst() {
    Confirmation confirmation = Confirmation.ofSent(SENT, Duration.ofSeconds(2), LONG);
    confirmation.begin();
    assertThat(
            Stream.generate(() -> confirmation.answered(Answer.of(201, ABSENT.body()), EFFORT))
                .limit(6)
                .map(step -> ((Dialogue.Wait<Receipt>) step).time().toMillis()))
        .containsExactly(2000L, 3000L, 4500L, 6750L, 10_000L, 10_000L);
  }

  @Test
  void lookThatFailsIsNotTheEnd() {
    server.enqueue(YES).enqueue(401, "{\"error\":null}").enqueue(400, "").enqueue(STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @Test
  void firstPostThatIsRefusedEndsItAtOnce() {
    server.enqueue(401, "{\"error\":null}");
    assertThatExceptionOfType(RejectedFeedbackException.class)
        .isThrownBy(() -> client.submitConfirmed(UP, LONG))
        .satisfies(error -> assertThat(error.mayHaveArrived()).isFalse());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whatHeliconeCannotKeepIsRefusedBeforeAnythingIsSent() {
    Feedback words = UP.newBuilder().comment("words").build();
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> client.submitConfirmed(words, LONG));
    assertThat(client.submitConfirmedAsync(words, LONG))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(server.count()).isZero();
  }

  @Test
  void confirmingARatingSentBeforeBeginsWithALook() {
    server.enqueue(YES).enqueue(STORED);
    Receipt accepted = client.submit(UP);
    Receipt stored = client.confirm(accepted, LONG);
    assertThat(stored).isEqualTo(accepted.newBuilder().assurance(Assurance.STORED).build());
    assertThat(asked()).containsExactly("feedback", "query-clickhouse");
  }

  @Test
  void confirmingPostsALostRatingAgain() {
    server.enqueue(LOST).enqueue(YES).enqueue(STORED);

    assertThat(client.confirm(SENT, LONG).assurance()).isEqualTo(Assurance.STORED);

    List<Seen> seen = server.takeAll();
    assertThat(seen).extracting(Seen::path).element(1).asString().endsWith("/feedback");
    assertThat(seen).extracting(Seen::body).element(1).isEqualTo("{\"rating\":true}");
  }

  @Test
  void receiptOfAnotherProviderOrWithoutARatingIsRefused() {
    Receipt foreign =
        Receipt.builder("portkey", ID).state(Map.of("rating", List.of("true"))).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.confirm(foreign, LONG))
        .withMessageContaining("portkey");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.confirm(Receipt.builder("helicone", ID).build(), LONG))
        .withMessageContaining("rating");
    assertThat(client.confirmAsync(foreign, LONG)).isCompletedExceptionally();
  }

  @Test
  void timeoutMustBePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.submitConfirmed(UP, Duration.ZERO))
        .withMessageContaining("timeout");
    assertThat(server.count()).isZero();
  }

  @Test
  void futureGetsTheStoredReceipt() {
    server.enqueue(YES).enqueue(ABSENT).enqueue(STORED);
    assertThat(client.submitConfirmedAsync(UP, LONG).join().assurance())
        .isEqualTo(Assurance.STORED);
  }

  @Test
  void futureCompletesOnTheExecutorOfTheSettings() {
    Executor mine =
        task -> {
          Thread thread = new Thread(task, "mine");
          thread.setDaemon(true);
          thread.start();
        };
    CountDownLatch listening = new CountDownLatch(1);
    server
        .enqueue(YES)
        .answerAll(
            seen -> {
              try {
                listening.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return STORED;
            });
    try (HeliconeFeedbackClient waiting =
        client(Duration.ofMillis(20), settings.newBuilder().callbackExecutor(mine).build())) {
      CompletableFuture<String> thread =
          waiting
              .submitConfirmedAsync(UP, LONG)
              .thenApply(receipt -> Thread.currentThread().getName());
      listening.countDown();
      assertThat(thread.join()).isEqualTo("mine");
    }
  }

  @Test
  void callbackMayConfirmAndWaitOnAnExecutorOfOneThread() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (HeliconeFeedbackClient busy =
        client(Duration.ofMillis(20), settings.newBuilder().callbackExecutor(one).build())) {
      server.enqueue(YES).enqueue(ABSENT).enqueue(STORED);
      CompletableFuture<Receipt> stored =
          busy.submitAsync(UP).thenApply(receipt -> busy.confirm(receipt, LONG));
      assertThat(stored.join().assurance()).isEqualTo(Assurance.STORED);
    } finally {
      one.shutdown();
    }
  }

  private List<String> asked() {
    return server.takeAll().stream().map(seen -> seen.path().replaceAll(".*/", "")).toList();
  }
}
