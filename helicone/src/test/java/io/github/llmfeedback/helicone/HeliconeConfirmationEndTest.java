package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.helicone.HeliconeUnconfirmedException.Why;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends a confirmation before the rating was seen. */
@Timeout(30)
class HeliconeConfirmationEndTest extends HeliconeConfirmationFixture {
  private static final Duration SHORT = Duration.ofMillis(300);

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
        arguments(ABSENT, Why.NO_ROW, "or Helicone's database is down"),
        arguments(LOST, Why.NO_RATING, "without a rating; Helicone drops one that it cannot write"),
        arguments(
            Reply.of(201, DOWN_ROW.replace("\"helicone-score-feedback\":0", "")),
            Why.NO_RATING,
            "and any for a request older than 30 days"),
        arguments(
            madeOn("2026-10-22", LOST), // 30 to 31 days before NOW
            Why.TOO_OLD,
            "the request was made on 2026-10-22"),
        arguments(
            ROW_OF_ANOTHER,
            Why.COULD_NOT_LOOK,
            "does something in between drop the query's filter?"),
        arguments(
            Reply.of(201, "{\"data\":[" + "0,".repeat(200_000) + "0]}"),
            Why.COULD_NOT_LOOK,
            "the request's row is larger than 8 MB"),
        arguments(
            Reply.of(201, DOWN_ROW.replace("0}", "{}}")),
            Why.RATING_UNREADABLE,
            "a score that cannot be read"));
  }

  @ParameterizedTest
  @MethodSource("seen")
  void timeoutSaysWhatWasLastSeen(Reply seen, Why why, String words) {
    HeliconeUnconfirmedException error = timeoutAfter(seen, EFFORT);

    assertThat(error.why()).isEqualTo(why);
    assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(error)
        .hasMessageContaining(words)
        .hasMessageContaining(ID)
        .hasMessageEndingWith("the feedback may have been stored");
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.attempts()).isEqualTo(7);
  }

  @Test
  void otherRatingThatStaysMeansThatThisOneIsNotStored() {
    HeliconeUnconfirmedException error =
        timeoutAfter(Reply.of(201, DOWN_ROW), new Polling.Effort(2, Duration.ofSeconds(15)));

    assertThat(error.why()).isEqualTo(Why.OTHER_RATING);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error)
        .hasMessageEndingWith("the request had the other rating, which was not overwritten");
  }

  @Test
  void otherRatingSeenRightAfterThePostMayStillBeReplacedByThisOne() {
    HeliconeUnconfirmedException error =
        timeoutAfter(Reply.of(201, DOWN_ROW), new Polling.Effort(2, Duration.ofMillis(14_999)));

    assertThat(error.why()).isEqualTo(Why.OTHER_RATING);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error).hasMessageEndingWith("; whether this one comes after it was not seen");
  }

  @Test
  void postInDoubtMayReplaceTheOtherRatingAtAnyTime() {
    HeliconeConfirmation confirmation = HeliconeConfirmation.ofNew(SENT, SHORT, LONG, NOW);
    confirmation.begin();
    confirmation.failed(
        RejectedFeedbackException.builder("helicone", 502).mayHaveArrived(true).build(), EFFORT);
    confirmation.waited();
    Polling.Effort later = new Polling.Effort(8, Duration.ofHours(1));
    confirmation.accepted(ProviderResponse.of(201, DOWN_ROW), later);

    HeliconeUnconfirmedException error =
        (HeliconeUnconfirmedException) confirmation.stopped(Reason.TIMEOUT, null, later);

    assertThat(error.why()).isEqualTo(Why.OTHER_RATING);
    assertThat(error.mayHaveArrived()).isTrue();
  }

  @Test
  void oldRequestThatWasRatedOtherwiseSinceHasAnotherRating() {
    server.enqueue(madeOn("2026-01-21", STORED));

    UndeliveredFeedbackException error =
        undelivered(
            () ->
                client.confirm(
                    HeliconeFeedbackClient.receiptOf(ID, Rating.Thumbs.DOWN),
                    Duration.ofMinutes(5)));

    assertThat(((HeliconeUnconfirmedException) error).why()).isEqualTo(Why.OTHER_RATING);
    assertThat(error.reason()).isEqualTo(Reason.UNCONFIRMED);
    assertThat(error)
        .hasMessageEndingWith("the request had the other rating, which was not overwritten");
    assertThat(server.count()).isEqualTo(1);
  }

  private static HeliconeUnconfirmedException timeoutAfter(Reply seen, Polling.Effort effort) {
    HeliconeConfirmation confirmation = HeliconeConfirmation.ofSent(SENT, SHORT, LONG, NOW);
    confirmation.begin();
    confirmation.accepted(ProviderResponse.of(seen.status(), seen.body()), effort);
    return (HeliconeUnconfirmedException) confirmation.stopped(Reason.TIMEOUT, null, effort);
  }

  @Test
  void timeoutSaysWhyNobodyCouldLook() {
    HeliconeConfirmation confirmation = HeliconeConfirmation.ofSent(SENT, SHORT, LONG, NOW);
    confirmation.begin();
    FeedbackException refused =
        RejectedFeedbackException.builder("helicone", 500).hint("try again later").build();
    confirmation.failed(refused, EFFORT);

    FeedbackException error = confirmation.stopped(Reason.TIMEOUT, null, EFFORT);

    assertThat(error)
        .hasMessageContaining("looking failed: helicone answered 500")
        .hasCause(refused);
  }

  @Test
  void timeoutAfterAPostInDoubtSaysSo() {
    server.answerAll(seen -> seen.path().endsWith("/feedback") ? Reply.of(502, "") : ABSENT);

    UndeliveredFeedbackException error = undelivered(() -> client.submitConfirmed(UP, SHORT));

    assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error).hasMessageContaining("no such request");
  }

  @Test
  void timeoutBeforeAnyLookAfterAPostInDoubtGivesItsError() {
    HeliconeConfirmation confirmation = HeliconeConfirmation.ofNew(SENT, SHORT, LONG, NOW);
    confirmation.begin();
    FeedbackException doubt =
        RejectedFeedbackException.builder("helicone", 502).mayHaveArrived(true).build();
    confirmation.failed(doubt, EFFORT);

    FeedbackException error = confirmation.stopped(Reason.TIMEOUT, null, EFFORT);

    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error)
        .hasMessageEndingWith(
            "last seen: posting failed: helicone answered 502; the feedback may have been stored")
        .hasCause(doubt);
  }

  @Test
  void timeoutOfAnOutageSaysThatNothingWasStored() {
    server.answerAll(seen -> Reply.of(429, "{}"));

    UndeliveredFeedbackException error = undelivered(() -> client.submitConfirmed(UP, SHORT));

    assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(((HeliconeUnconfirmedException) error).why()).isEqualTo(Why.NOT_POSTED);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error)
        .hasMessageContaining("posting failed: helicone answered 429")
        .hasMessageEndingWith("; it was not stored")
        .hasCauseInstanceOf(RejectedFeedbackException.class);
    assertThat(error.attempts()).isEqualTo(server.count()).isGreaterThan(settings.maxRetries() + 1);
  }

  @Test
  void futureFailsWhenTheTimeIsUp() {
    server.enqueue(YES).answerAll(seen -> ABSENT);
    CompletableFuture<Receipt> future = client.submitConfirmedAsync(UP, SHORT);
    CompletionException error = catchThrowableOfType(CompletionException.class, future::join);
    assertThat(error).hasCauseInstanceOf(UndeliveredFeedbackException.class);
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

  private static UndeliveredFeedbackException undelivered(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    FeedbackException error = catchThrowableOfType(FeedbackException.class, call);
    assertThat(error).isInstanceOf(UndeliveredFeedbackException.class);
    return (UndeliveredFeedbackException) error;
  }
}
