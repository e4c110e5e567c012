package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.helicone.HeliconeUnconfirmedException.Why;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HeliconeConfirmationTest extends HeliconeConfirmationFixture {
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
    HeliconeConfirmation confirmation =
        HeliconeConfirmation.ofSent(SENT, Duration.ofSeconds(2), LONG, NOW);
    confirmation.begin();
    assertThat(
            Stream.generate(
                    () -> confirmation.accepted(ProviderResponse.of(201, ABSENT.body()), EFFORT))
                .limit(6)
                .map(step -> ((Polling.Wait<Receipt>) step).time().toMillis()))
        .containsExactly(2000L, 3000L, 4500L, 6750L, 10_000L, 10_000L);
  }

  @Test
  void lookThatFailsIsNotTheEnd() {
    server.enqueue(YES).enqueue(500, "").enqueue(400, "").enqueue(STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @Test
  void rowOfAnotherRequestIsNoProof() {
    server.enqueue(YES).enqueue(ROW_OF_ANOTHER).enqueue(201, bothRows(1));

    assertThat(client.submitConfirmed(UP, LONG).attempts()).isEqualTo(3);
  }

  @Test
  void rowOfAnotherRequestIsNotPostedTo() {
    server.enqueue(ROW_OF_ANOTHER).enqueue(201, ROW_OF_ANOTHER.body().replace("1}", "null}"));
    server.enqueue(201, bothRows(0)).enqueue(STORED);

    client.confirm(SENT, LONG);

    assertThat(asked()).containsOnly("query-clickhouse").hasSize(4);
  }

  @Test
  void rowIsTheRequestsWhateverTheCaseOfItsId() {
    String upper = "ABCDEFAB-4444-4444-8444-444444444444";
    server.enqueue(
        201,
        "{\"data\":[{\"request_id\":\"%s\",\"scores\":{\"helicone-score-feedback\":\"1\"}}]}"
            .formatted(upper));
    Receipt sent = HeliconeFeedbackClient.receiptOf(upper, Rating.Thumbs.UP);

    assertThat(client.confirm(sent, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"helicone-score-feedback\":{}}",
        "{\"helicone-score-feedback\":[1]}",
        "{\"helicone-score-feedback\":\"good\"}",
        "{\"helicone-score-feedback\":true}",
        "{\"helicone-score-feedback\":0.5}",
        "{\"helicone-score-feedback\":2}",
        "\"{helicone-score-feedback=0}\"",
        "[[\"helicone-score-feedback\",0]]",
        "true"
      })
  void scoreThatCannotBeReadIsNotOverwritten(String scores) {
    server
        .enqueue(YES)
        .enqueue(201, "{\"data\":[{\"request_id\":\"" + ID + "\",\"scores\":" + scores + "}]}")
        .enqueue(STORED);

    client.submitConfirmed(UP, LONG);

    assertThat(asked()).containsExactly("feedback", "query-clickhouse", "query-clickhouse");
  }

  static Stream<Reply> doubts() {
    return Stream.of(
        Reply.of(500, "{}"),
        Reply.of(503, "{}"),
        Reply.of(200, "<html>parked</html>"),
        Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST),
        Reply.fault(Reply.Fault.CLOSED_IN_ANSWER));
  }

  @ParameterizedTest
  @MethodSource("doubts")
  void firstPostInDoubtIsLookedAfter(Reply doubt) {
    server.answerAll(seen -> seen.path().endsWith("/feedback") ? doubt : STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @Test
  void firstPostInDoubtThatIsNotFoundIsPostedAgain() {
    AtomicInteger posts = new AtomicInteger();
    server.answerAll(
        seen ->
            !seen.path().endsWith("/feedback")
                ? posts.get() <= settings.maxRetries() + 1 ? LOST : STORED
                : posts.incrementAndGet() <= settings.maxRetries() + 1 ? Reply.of(502, "") : YES);

    Receipt receipt = client.submitConfirmed(UP, LONG);

    assertThat(receipt.assurance()).isEqualTo(Assurance.STORED);
    assertThat(posts).hasValue(settings.maxRetries() + 2);
  }

  @Test
  void outageBeforeTheFirstPostIsWaitedOut() {
    Reply outage = Reply.of(429, "{}");
    AtomicInteger posts = new AtomicInteger();
    int down = 3 * (settings.maxRetries() + 1);
    server.answerAll(
        seen ->
            !seen.path().endsWith("/feedback")
                ? STORED
                : posts.incrementAndGet() <= down ? outage : YES);

    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);

    assertThat(asked().stream().filter("feedback"::equals)).hasSize(down + 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"UNREACHABLE", "CONNECTION_LOST", "TIMEOUT", "FULL"})
  void postThatDidNotArriveIsPostedAgainAfterAWait(Reason reason) {
    HeliconeConfirmation confirmation =
        HeliconeConfirmation.ofNew(SENT, Duration.ofSeconds(2), LONG, NOW);
    Polling.Step<Receipt> post = confirmation.begin();
    FeedbackException error =
        UndeliveredFeedbackException.builder("helicone", reason).mayHaveArrived(false).build();

    assertThat(confirmation.failed(error, EFFORT)).isInstanceOf(Polling.Wait.class);
    assertThat(confirmation.waited()).usingRecursiveComparison().isEqualTo(post);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"UNTRUSTED", "LINKAGE", "CLOSED", "CANCELLED", "INTERRUPTED"})
  void postThatWouldNeverArriveEndsItWithItsOwnError(Reason reason) {
    HeliconeConfirmation confirmation =
        HeliconeConfirmation.ofNew(SENT, Duration.ofSeconds(2), LONG, NOW);
    confirmation.begin();
    FeedbackException error =
        UndeliveredFeedbackException.builder("helicone", reason).mayHaveArrived(false).build();

    assertThatThrownBy(() -> confirmation.failed(error, EFFORT)).isSameAs(error);
  }

  @Test
  void outageWhileLookingIsWaitedOut() {
    AtomicInteger looks = new AtomicInteger();
    server.answerAll(
        seen ->
            seen.path().endsWith("/feedback")
                ? YES
                : looks.incrementAndGet() <= 20 ? Reply.of(502, "") : STORED);

    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
    assertThat(asked()).startsWith("feedback").endsWith("query-clickhouse").hasSize(22);
  }

  @Test
  void keyThatWasTakenBeforeIsNotWrongBecauseOfA401() {
    server.enqueue(YES).enqueue(401, "{\"error\":null}").enqueue(STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);

    server.takeAll();
    server.enqueue(YES).enqueue(LOST).enqueue(401, "{\"error\":null}").enqueue(STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
    assertThat(asked())
        .containsExactly("feedback", "query-clickhouse", "feedback", "query-clickhouse");
  }

  @Test
  void waitsAtLeastAsLongAsHeliconeAsks() {
    HeliconeConfirmation confirmation =
        HeliconeConfirmation.ofSent(SENT, Duration.ofSeconds(2), LONG, NOW);
    confirmation.begin();
    FeedbackException busy =
        RejectedFeedbackException.builder("helicone", 429)
            .retryAfter(Duration.ofSeconds(90))
            .build();
    assertThat(((Polling.Wait<Receipt>) confirmation.failed(busy, EFFORT)).time()).hasSeconds(90);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404, 301, 302, 307, 308})
  void lookThatWillNeverBeAnsweredEndsItAndTheRatingMayBeStored(int status) {
    server
        .enqueue(YES)
        .enqueue(Reply.of(status, "{\"error\":null}").header("Location", "https://elsewhere/"));
    assertThatExceptionOfType(HeliconeUnconfirmedException.class)
        .isThrownBy(() -> client.submitConfirmed(UP, LONG))
        .satisfies(
            error -> {
              assertThat(error.why()).isEqualTo(Why.COULD_NOT_LOOK);
              assertThat(error.reason()).isEqualTo(Reason.UNCONFIRMED);
              assertThat(error.mayHaveArrived()).isTrue();
              assertThat(error.attempts()).isEqualTo(2);
              assertThat(error)
                  .hasMessageStartingWith(
                      "helicone was not seen to store the rating of request " + ID)
                  .hasMessageContaining("looking failed: helicone answered " + status)
                  .hasMessageEndingWith("; the feedback may have been stored");
            })
        .havingCause()
        .isInstanceOfSatisfying(
            RejectedFeedbackException.class,
            cause -> {
              assertThat(cause.status()).isEqualTo(status);
              assertThat(cause.hint()).isPresent();
              assertThat(cause.body()).isEqualTo("{\"error\":null}");
            });
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void wrongKeyOfAFirstLookEndsItAndTheRatingMayBeStored() {
    server.enqueue(401, "{\"error\":null}");
    assertThatExceptionOfType(HeliconeUnconfirmedException.class)
        .isThrownBy(() -> client.confirm(SENT, LONG))
        .satisfies(error -> assertThat(error.why()).isEqualTo(Why.COULD_NOT_LOOK))
        .satisfies(error -> assertThat(error.mayHaveArrived()).isTrue());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void secondPostThatWillNeverBeTakenEndsItAndTheFirstMayBeStored() {
    server.enqueue(YES).enqueue(LOST).enqueue(403, "{\"error\":null}");
    assertThatExceptionOfType(HeliconeUnconfirmedException.class)
        .isThrownBy(() -> client.submitConfirmed(UP, LONG))
        .withMessageContaining("posting failed: helicone answered 403")
        .satisfies(error -> assertThat(error.mayHaveArrived()).isTrue());
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void secondPostThatFailsOtherwiseIsNotTheEnd() {
    server.enqueue(YES).enqueue(LOST).enqueue(400, "").enqueue(STORED);
    assertThat(client.submitConfirmed(UP, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 422, 301})
  void firstPostThatIsRefusedEndsItAtOnceWithItsOwnError(int status) {
    server.enqueue(status, "{\"error\":null}");
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
  void receiptWhoseIdHeliconeWouldDropIsRefused() {
    for (String id : List.of("REQ", "ABCDEFAB-4444-4444-8444-444444444444")) {
      Receipt receipt =
          Receipt.builder("helicone", id).state(Map.of("rating", List.of("true"))).build();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.confirm(receipt, LONG))
          .withMessageContaining("'" + id + "'")
          .withMessageContaining("receiptOf");
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void ratingFromBeforeThisLibraryIsConfirmed() {
    server.enqueue(201, DOWN_ROW);
    Receipt stored = client.confirm(HeliconeFeedbackClient.receiptOf(ID, Rating.Thumbs.DOWN), LONG);
    assertThat(stored.assurance()).isEqualTo(Assurance.STORED);
    assertThat(stored.attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PT0S", "PT-1S", "PT0.000999999S", "P7DT0.000000001S", "P106751991167300D"})
  void timeoutOutOfBoundsIsRefused(Duration timeout) {
    String message = "timeout must be from 1 ms to PT168H, but is " + timeout;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.submitConfirmed(UP, timeout))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.confirm(SENT, timeout))
        .withMessage(message);
    assertThat(server.count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999999S", "PT1H0.001S", "P106751991167300D"})
  void intervalOutOfBoundsIsRefused(Duration interval) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client(interval, settings))
        .withMessage("confirmInterval must be from 1 ms to PT1H, but is " + interval);
  }

  @Test
  void nullsAreNamed() {
    assertThatNullPointerException()
        .isThrownBy(() -> client.submitConfirmed(Absent.absent(), LONG))
        .withMessage("feedback must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> client.submitConfirmed(UP, Absent.absent()))
        .withMessage("timeout must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> client.confirm(Absent.absent(), LONG))
        .withMessage("receipt must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> client.confirm(SENT, Absent.absent()))
        .withMessage("timeout must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> client(Absent.absent(), settings))
        .withMessage("confirmInterval must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> client.query(Absent.absent()))
        .withMessage("query must not be null");
    assertThat(client.confirmAsync(Absent.absent(), LONG))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withMessageContaining("receipt must not be null");
  }

  @Test
  void requestOlderThanThirtyDaysEndsItAtOnce() {
    server.enqueue(YES).enqueue(madeOn("2026-01-21", LOST));
    assertThatExceptionOfType(HeliconeUnconfirmedException.class)
        .isThrownBy(() -> client.submitConfirmed(UP, LONG))
        .withMessageContaining("Helicone drops ratings of requests older than 30 days")
        .withMessageEndingWith("; it was not stored")
        .satisfies(
            error -> {
              assertThat(error.why()).isEqualTo(Why.TOO_OLD);
              assertThat(error.reason()).isEqualTo(Reason.UNCONFIRMED);
              assertThat(error.mayHaveArrived()).isFalse();
            });
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void ratingOfAnOldRequestIsConfirmedAllTheSame() {
    server.enqueue(madeOn("2026-01-21", STORED));
    assertThat(client.confirm(SENT, LONG).assurance()).isEqualTo(Assurance.STORED);
  }

  @Test
  void rowThatIsTooLargeIsNoProofAndNotPostedTo() {
    String large = "{\"data\":[{\"response_body\":\"" + "x".repeat(9 << 20) + "\"}]}";
    server.enqueue(201, large).enqueue(STORED);
    assertThat(client.confirm(SENT, LONG).assurance()).isEqualTo(Assurance.STORED);
    assertThat(asked()).containsExactly("query-clickhouse", "query-clickhouse");
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

  private static String bothRows(int score) {
    return ROW_OF_ANOTHER
        .body()
        .replace(
            "]}",
            ",{\"request_id\":\"%s\",\"scores\":{\"helicone-score-feedback\":%d}}]}"
                .formatted(ID, score));
  }

  private List<String> asked() {
    return server.takeAll().stream().map(seen -> seen.path().replaceAll(".*/", "")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "TRUE", "good", "NaN"})
  void aReceiptsRatingThatIsNoneIsRefusedBeforeAnythingIsSent(String rating) {
    Receipt wrong =
        Receipt.builder("helicone", ID).state(Map.of("rating", List.of(rating))).build();
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> client.confirm(Receipt.parse(wrong.toText()), LONG))
        .withMessageStartingWith("receipt rating must be true or false")
        .withMessageEndingWith("nothing was sent")
        .matches(e -> e.field().equals("receipt rating"));
    assertThat(client.confirmAsync(wrong, LONG)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }
}
