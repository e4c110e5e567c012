package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Answer;
import io.github.llmfeedback.spi.Dialogue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ConfirmationTest {
  private static final String ID = "44444444-4444-4444-8444-444444444444";
  private static final Feedback UP = Feedback.on(ID).thumbsUp().build();
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final Reply YES = Reply.of(201, "{\"data\":null,\"error\":null}");
  private static final Reply ABSENT = Reply.of(201, "{\"data\":[],\"error\":null}");
  private static final Reply LOST = WireExample.of("helicone/query-lost.json").reply();
  private static final Reply STORED = WireExample.of("helicone/query-stored.json").reply();

  private static final String DOWN_ROW =
      "{\"data\":[{\"request_id\":\"" + ID + "\",\"scores\":{\"helicone-score-feedback\":0}}]}";
  private static final Receipt SENT =
      Receipt.builder("helicone", ID).state(Map.of("rating", List.of("true"))).build();
  private static final Dialogue.Effort EFFORT = new Dialogue.Effort(7, Duration.ofSeconds(9));

  private final LoopbackServer server = new LoopbackServer();
  private final ClientSettings settings =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(2)).build();
  private final HeliconeFeedbackClient client = client(Duration.ofMillis(20), settings);

  private HeliconeFeedbackClient client(Duration interval, ClientSettings settings) {
    return HeliconeFeedbackClient.builder("sk-test")
        .baseUrl(server.url())
        .settings(settings)
        .confirmInterval(interval)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

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
  void timeoutEndsTheLooking() {
    server.answerAll(seen -> ABSENT);

    UndeliveredFeedbackException error = undelivered(() -> client.confirm(SENT, SHORT));

    assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.elapsed()).isGreaterThanOrEqualTo(SHORT);
  }

  @Test
  void timeoutEndsARequestThatGetsNoAnswer() {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));

    UndeliveredFeedbackException error = undelivered(() -> client.confirm(SENT, SHORT));

    assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.elapsed()).isLessThan(settings.attemptTimeout());
  }

  static Stream<Arguments> seen() {
    return Stream.of(
        arguments(ABSENT, "no such request"),
        arguments(LOST, "without a rating"),
        arguments(Reply.of(201, DOWN_ROW), "the other rating"));
  }

  @ParameterizedTest
  @MethodSource("seen")
  void timeoutSaysWhatWasLastSeen(Reply seen, String words) {
    Confirmation confirmation = Confirmation.ofSent(SENT, SHORT, LONG);
    confirmation.begin();
    confirmation.answered(Answer.of(seen.status(), seen.body()), EFFORT);

    FeedbackException error = confirmation.stopped(Reason.TIMEOUT, null, EFFORT);

    assertThat(error).hasMessageContaining(words).hasMessageContaining(ID);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.attempts()).isEqualTo(7);
  }

  @Test
  void timeoutSaysWhyNobodyCouldLook() {
    Confirmation confirmation = Confirmation.ofSent(SENT, SHORT, LONG);
    confirmation.begin();
    FeedbackException refused =
        RejectedFeedbackException.builder("helicone", 401).hint("check the API key").build();
    confirmation.failed(refused, EFFORT);

    FeedbackException error = confirmation.stopped(Reason.TIMEOUT, null, EFFORT);

    assertThat(error)
        .hasMessageContaining("looking failed: helicone answered 401")
        .hasCause(refused);
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
  void futureFailsWhenTheTimeIsUp() {
    server.enqueue(YES).answerAll(seen -> ABSENT);
    CompletableFuture<Receipt> future = client.submitConfirmedAsync(UP, SHORT);
    CompletionException error = catchThrowableOfType(CompletionException.class, future::join);
    assertThat(error).hasCauseInstanceOf(UndeliveredFeedbackException.class);
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

  @Test
  void closingTheClientEndsItWithTheTruth() {
    server.enqueue(YES);
    HeliconeFeedbackClient closing = client(Duration.ofHours(1), settings);
    CompletableFuture<Receipt> future = closing.submitConfirmedAsync(UP, Duration.ofHours(2));
    server.take();

    closing.close();

    assertThat(future).failsWithin(Duration.ofSeconds(10));
    UndeliveredFeedbackException error =
        (UndeliveredFeedbackException) future.handle((receipt, e) -> e).join();
    assertThat(error.reason()).isEqualTo(Reason.CLOSED);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(undelivered(() -> closing.submitConfirmed(UP, LONG)).mayHaveArrived()).isFalse();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void interruptEndsTheWaitAndKeepsTheFlag() throws Exception {
    server.enqueue(YES);
    try (HeliconeFeedbackClient waiting = client(Duration.ofHours(1), settings)) {
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                UndeliveredFeedbackException error =
                    undelivered(() -> waiting.submitConfirmed(UP, Duration.ofHours(2)));
                assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
                assertThat(error.mayHaveArrived()).isTrue();
                return Thread.currentThread().isInterrupted();
              });
      Thread thread = new Thread(task);
      thread.start();
      server.take();

      thread.interrupt();

      assertThat(task.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void interruptedThreadSendsNothing() {
    Thread.currentThread().interrupt();
    UndeliveredFeedbackException error = undelivered(() -> client.submitConfirmed(UP, LONG));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.count()).isZero();
  }

  @Test
  void cancellingTheFutureEndsItAndMakesRoomForTheNext() {
    server.enqueue(Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (HeliconeFeedbackClient waiting =
        client(Duration.ofHours(1), settings.newBuilder().maxPending(1).build())) {
      CompletableFuture<Receipt> first = waiting.submitConfirmedAsync(UP, Duration.ofHours(2));
      server.take();
      assertThat(undelivered(() -> waiting.submitConfirmed(UP, LONG)).reason())
          .isEqualTo(Reason.FULL);

      first.cancel(false);

      server.enqueue(STORED);
      assertThat(waiting.confirm(SENT, LONG).assurance()).isEqualTo(Assurance.STORED);
    }
  }

  private List<String> asked() {
    return server.takeAll().stream().map(seen -> seen.path().replaceAll(".*/", "")).toList();
  }

  private static UndeliveredFeedbackException undelivered(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    FeedbackException error = catchThrowableOfType(FeedbackException.class, call);
    assertThat(error).isInstanceOf(UndeliveredFeedbackException.class);
    return (UndeliveredFeedbackException) error;
  }
}
