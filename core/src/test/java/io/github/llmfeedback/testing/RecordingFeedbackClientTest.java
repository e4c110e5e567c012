package io.github.llmfeedback.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordingFeedbackClientTest {
  private static final Feedback UP = Feedback.on("a").thumbsUp().build();
  private static final Feedback DOWN = Feedback.on("a").thumbsDown().comment("no").build();

  private final RecordingFeedbackClient client = RecordingFeedbackClient.create(ToyDialect.THING);

  private static Reason reason(Throwable error) {
    return ((UndeliveredFeedbackException) error).reason();
  }

  @Test
  void everyWayOfSubmittingIsRecordedInOrder() {
    Receipt receipt = client.submit(UP);
    Receipt second = client.submitAsync(DOWN).join();
    List<Outcome> all = client.submitAll(List.of(UP, DOWN));
    client.submitAllAsync(List.of(DOWN)).join();
    List<Long> indexes = new ArrayList<>();
    var summary =
        client.submitEach(List.of(UP, UP).iterator(), outcome -> indexes.add(outcome.index()));

    assertThat(client.submitted()).containsExactly(UP, DOWN, UP, DOWN, DOWN, UP, UP);
    assertThat(client.outcomes()).allMatch(Outcome::isAccepted);
    assertThat(client.outcomes())
        .extracting(Outcome::index)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(receipt.id()).isPresent().isNotEqualTo(second.id());
    assertThat(receipt.target()).isEqualTo("a");
    assertThat(all).extracting(Outcome::index).containsExactly(0L, 1L);
    assertThat(indexes).containsExactly(0L, 1L);
    assertThat(summary.accepted()).isEqualTo(2);
    assertThat(client).hasToString("RecordingFeedbackClient (toy, 7 submitted)");
    assertThat(client.clear().submitted()).isEmpty();
  }

  @Test
  void statisticsCountEveryRecordedCall() {
    Receipt receipt = client.submit(UP);
    client.extension(SupportsUpdate.class).orElseThrow().update(receipt, UP);
    client.failNext(Failure.TIMEOUT, Failure.WRONG_KEY).submitAll(List.of(UP, UP, UP));
    var held = client.hold().submitAsync(UP);

    assertThat(client.stats().accepted()).isEqualTo(3);
    assertThat(client.stats().failures())
        .isEqualTo(Map.of(FailureKind.TIMEOUT, 1L, FailureKind.REJECTED, 1L));
    assertThat(client.stats().inFlight()).isEqualTo(1);
    assertThat(client.stats().submitted()).isEqualTo(6);

    client.release();
    assertThat(held).isCompleted();
    assertThat(client.stats().accepted()).isEqualTo(4);
    assertThat(client.stats().inFlight()).isZero();
    assertThat(client.clear().stats().submitted()).isZero();
  }

  @Test
  void updatesAndRetractionsAreRecorded() {
    Receipt receipt = client.submit(UP);

    Receipt updated = client.extension(SupportsUpdate.class).orElseThrow().update(receipt, DOWN);
    Receipt gone =
        client.extension(SupportsRetract.class).orElseThrow().retractAsync(updated).join();

    assertThat(client.updates()).containsExactly(new RecordedUpdate(receipt, DOWN));
    assertThat(client.retractions()).containsExactly(updated);
    assertThat(updated.ids()).isEqualTo(receipt.ids());
    assertThat(client.submitted()).containsExactly(UP);
    assertThatThrownBy(() -> client.extension(SupportsRetract.class).orElseThrow().retract(gone))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itHasOnlyThePowersItWasGiven() {
    Capabilities keeps = Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS);
    RecordingFeedbackClient powerless =
        RecordingFeedbackClient.builder(keeps, ToyDialect.THING).build();
    RecordingFeedbackClient updating =
        RecordingFeedbackClient.builder(keeps, ToyDialect.THING).supportsUpdate().build();

    assertThat(powerless.extension(SupportsUpdate.class)).isEmpty();
    assertThat(powerless.extension(SupportsRetract.class)).isEmpty();
    assertThat(powerless.extension(RecordingFeedbackClient.class)).contains(powerless);
    assertThat(RecordingFeedbackClient.like(updating, ToyDialect.THING).build())
        .satisfies(
            like -> {
              assertThat(like.extension(SupportsUpdate.class)).isPresent();
              assertThat(like.extension(SupportsRetract.class)).isEmpty();
              assertThat(like.capabilities()).isEqualTo(keeps);
            });
  }

  @Test
  void whatIsRefusedIsRecordedWithItsError() {
    RecordingFeedbackClient strict =
        RecordingFeedbackClient.builder(
                Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS), ToyDialect.THING)
            .build();

    assertThatThrownBy(() -> strict.submit(DOWN))
        .isInstanceOf(UnrepresentableFeedbackException.class);

    assertThat(strict.submitted()).containsExactly(DOWN);
    assertThat(strict.outcomes().get(0).error())
        .get()
        .isInstanceOf(UnrepresentableFeedbackException.class);
  }

  @Test
  void aCheckIsNotRecordedAndUsesUpNoFailure() {
    client.failNext(Failure.TIMEOUT);

    assertThat(client.check(UP)).isEmpty();

    assertThat(client.submitted()).isEmpty();
    assertThatThrownBy(() -> client.submit(UP)).isInstanceOf(UndeliveredFeedbackException.class);
  }

  @Test
  void itsReceiptsHaveAsManyIdsAsTheProviderGives() {
    Capabilities keeps =
        Capabilities.of("toy").with(Support.NATIVE, Part.values()).with(Support.NONE, Part.ISSUE);
    Feedback feedback =
        Feedback.on("a").thumbsUp().comment("c").author("u").action("x").action("y").build();
    Feedback lossy = feedback.newBuilder().issue("i").build();

    assertThat(like(keeps).submit(feedback).ids()).isEmpty();
    assertThat(like(keeps.with(Capabilities.Ids.ONE)).submit(feedback).ids()).hasSize(1);
    RecordingFeedbackClient perStatement = like(keeps.with(Capabilities.Ids.PER_STATEMENT));
    assertThat(perStatement.submit(feedback).ids()).hasSize(4).doesNotHaveDuplicates();
    assertThat(perStatement.submit(lossy).ids()).hasSize(4);
  }

  private static RecordingFeedbackClient like(Capabilities keeps) {
    return RecordingFeedbackClient.builder(keeps, ToyDialect.THING)
        .lossPolicy(LossPolicy.ANY)
        .build();
  }

  @Test
  void aRuleAddsLossesThatCapabilitiesDoNotTell() {
    Loss rounded = new Loss(Part.SCORE, Loss.Kind.ROUNDED, "to whole numbers");
    RecordingFeedbackClient.Builder builder =
        RecordingFeedbackClient.like(client, ToyDialect.THING)
            .rule(feedback -> feedback.rating().isPresent() ? List.of(rounded) : List.of());
    Feedback score = Feedback.on("a").stars(4.2).build();

    assertThat(builder.build().submit(score).losses()).containsExactly(rounded);
    assertThatThrownBy(() -> builder.lossPolicy(LossPolicy.EXACT).build().submit(score))
        .isInstanceOf(UnrepresentableFeedbackException.class);
  }

  @Test
  void theNextCallsFailAsTold() {
    client.failNext(Failure.TIMEOUT, Failure.WRONG_KEY);

    assertThatThrownBy(() -> client.submit(UP))
        .isInstanceOfSatisfying(
            FeedbackException.class, e -> assertThat(e.mayHaveArrived()).isTrue());
    assertThat(client.submitAsync(UP))
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(RejectedFeedbackException.class);
    assertThat(client.submit(UP)).isNotNull();
    assertThat(client.outcomes())
        .extracting(Outcome::isAccepted)
        .containsExactly(false, false, true);
  }

  @Test
  void inABatchEachFeedbackIsACallOfItsOwn() {
    client.failNext(2, () -> Failure.FULL.of("toy"));

    assertThat(client.submitAll(List.of(UP, UP, UP)))
        .extracting(Outcome::isAccepted)
        .containsExactly(false, false, true);
  }

  @Test
  void everyCallFailsUntilToldOtherwise() {
    client.failAlways(Failure.UNREACHABLE).failNext(Failure.FULL);
    Receipt receipt = RecordingFeedbackClient.create(ToyDialect.THING).submit(UP);

    assertThatThrownBy(() -> client.submit(UP)).extracting(e -> reason(e)).isEqualTo(Reason.FULL);
    assertThatThrownBy(
            () -> client.extension(SupportsUpdate.class).orElseThrow().update(receipt, UP))
        .extracting(e -> reason(e))
        .isEqualTo(Reason.UNREACHABLE);
    assertThatThrownBy(() -> client.extension(SupportsRetract.class).orElseThrow().retract(receipt))
        .isInstanceOf(UndeliveredFeedbackException.class);

    assertThat(client.succeed().submit(UP)).isNotNull();
    client.failAlways(() -> Failure.SERVER_ERROR.of("toy"));
    assertThat(client.submitAll(List.of(UP, UP))).noneMatch(Outcome::isAccepted);
  }

  @Test
  void whatTheCallbackOfAStreamThrowsEndsItWhenWhatIsInFlightIsHandedOut() {
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                client.submitEach(
                    Collections.nCopies(25, UP).iterator(),
                    outcome -> {
                      seen.add(outcome.index());
                      throw new IllegalStateException("full disk " + outcome.index());
                    }))
        .hasMessage("full disk 0")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(9));
    assertThat(client.submitted()).hasSize(10);
    assertThat(seen).hasSize(10);
  }

  @Test
  void manyThreadsLoseNoRecord() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger failed = new AtomicInteger();
    client.failNext(1_000, () -> Failure.FULL.of("toy"));
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          try {
                            go.await();
                          } catch (InterruptedException e) {
                            throw new AssertionError(e);
                          }
                          for (int i = 0; i < 2_000; i++) {
                            if (client.submitAsync(UP).isCompletedExceptionally()) {
                              failed.incrementAndGet();
                            }
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(failed).hasValue(1_000);
    assertThat(client.submitted()).hasSize(16_000);
    assertThat(
            client.outcomes().stream()
                .flatMap(outcome -> outcome.receipt().stream())
                .flatMap(receipt -> receipt.id().stream())
                .distinct())
        .hasSize(15_000);
  }
}
