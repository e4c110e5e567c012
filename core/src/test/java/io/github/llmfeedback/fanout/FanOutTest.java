package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.engine.Await;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FanOutTest {
  private static final Feedback FEEDBACK =
      Feedback.on(Target.shared("t")).comment("the words").build();
  private final FeedbackException refused = RejectedFeedbackException.builder("toy", 400).build();

  private final RecordingClient first = RecordingClient.taking("first");
  private final RecordingClient last = RecordingClient.taking("last");

  private Map<String, Outcome> between(FeedbackClient client) {
    return FanOut.builder().add(first).add(client).add(last).build().submit(FEEDBACK);
  }

  private static Outcome of(String name, Map<String, Outcome> outcomes) {
    return Objects.requireNonNull(outcomes.get(name));
  }

  private static RecordingClient answering(Function<Feedback, CompletableFuture<Receipt>> answer) {
    return new RecordingClient("toy", answer);
  }

  private static CompletableFuture<Receipt> failing(Throwable error) {
    return CompletableFuture.failedFuture(error);
  }

  private static ObjectAssert<UndeliveredFeedbackException> assertUndelivered(Outcome outcome) {
    return assertThat(outcome.error()).get().asInstanceOf(type(UndeliveredFeedbackException.class));
  }

  /** Misbehaviour of an application's own client. */
  static Stream<Named<Function<Feedback, CompletableFuture<Receipt>>>> bugs() {
    return Stream.of(
        Named.of("fails with an error of its own", f -> failing(new ArithmeticException("bug"))),
        Named.of("fails with an Error", f -> failing(new AssertionError("bug"))),
        Named.of("throws from submitAsync", f -> thrown(new ArithmeticException("bug"))),
        Named.of("throws an Error from submitAsync", f -> thrown(new NoClassDefFoundError("bug"))),
        Named.of("returns null", f -> BadInput.absent()),
        Named.of("completes with null", f -> CompletableFuture.completedFuture(BadInput.absent())));
  }

  private static CompletableFuture<Receipt> thrown(Throwable error) {
    if (error instanceof RuntimeException bug) {
      throw bug;
    }
    throw (Error) error;
  }

  @Test
  void everyClientGetsTheFeedbackAndTheOutcomesStandInTheirOrder() {
    RecordingClient z = RecordingClient.taking("z");
    RecordingClient a = RecordingClient.taking("a");
    RecordingClient m = RecordingClient.taking("m");
    Map<String, Outcome> outcomes =
        FanOut.builder().add(z).add("again", z).add(a).add(m).build().submit(FEEDBACK);
    assertThat(outcomes.keySet()).containsExactly("z", "again", "a", "m");
    assertThat(outcomes.values()).allMatch(Outcome::isAccepted);
    assertThat(outcomes.values()).allMatch(outcome -> outcome.feedback().equals(FEEDBACK));
    assertThat(z.seen).containsExactly(FEEDBACK, FEEDBACK);
    assertThat(a.seen).containsExactly(FEEDBACK);
    assertThat(m.seen).containsExactly(FEEDBACK);
  }

  @Test
  void allAreBegunBeforeAnyIsWaitedFor() {
    CompletableFuture<Receipt> slow = new CompletableFuture<>();
    RecordingClient released =
        new RecordingClient(
            "released",
            feedback -> {
              slow.complete(Receipt.builder("slow", "t").build());
              return CompletableFuture.completedFuture(Receipt.builder("released", "t").build());
            });
    assertThat(
            FanOut.builder()
                .add(new RecordingClient("slow", feedback -> slow))
                .add(released)
                .build()
                .submit(FEEDBACK)
                .values())
        .allMatch(Outcome::isAccepted);
  }

  @Test
  void oneClientsErrorIsItsOwn() {
    Map<String, Outcome> outcomes = between(answering(feedback -> failing(refused)));
    assertThat(of("first", outcomes).isAccepted()).isTrue();
    assertThat(of("toy", outcomes).error()).containsSame(refused);
    assertThat(of("last", outcomes).isAccepted()).isTrue();
  }

  @Test
  void anErrorIsFoundInItsWrappingsAndWhenThrown() {
    var wrapped = between(answering(feedback -> failing(new CompletionException(refused))));
    assertThat(of("toy", wrapped).error()).containsSame(refused);
    var thrown = between(answering(feedback -> thrown(refused)));
    assertThat(of("toy", thrown).error()).containsSame(refused);
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void aClientsBugIsItsOwnOutcomeAndTouchesNoOther(
      Function<Feedback, CompletableFuture<Receipt>> bug) {
    Map<String, Outcome> outcomes = between(answering(bug));
    assertThat(of("first", outcomes).isAccepted()).isTrue();
    assertThat(of("last", outcomes).isAccepted()).isTrue();
    assertUndelivered(of("toy", outcomes))
        .satisfies(
            error -> {
              assertThat(error.provider()).isEqualTo("toy");
              assertThat(error.mayHaveArrived()).isTrue();
              assertThat(error)
                  .hasMessage("toy failed with an error of its own; the feedback may have arrived");
            });
  }

  @Test
  void aCancelledCallIsAnOutcome() {
    CompletableFuture<Receipt> cancelled = new CompletableFuture<>();
    cancelled.cancel(true);
    Map<String, Outcome> outcomes = between(answering(feedback -> cancelled));
    assertUndelivered(of("toy", outcomes))
        .returns(Reason.CANCELLED, UndeliveredFeedbackException::reason)
        .returns(true, FeedbackException::mayHaveArrived);
    assertThat(of("last", outcomes).isAccepted()).isTrue();
  }

  @Test
  void aClientThatIsTooSlowIsCancelledAtTheTimeout() {
    CompletableFuture<Receipt> never = new CompletableFuture<>();
    Map<String, Outcome> outcomes =
        FanOut.builder()
            .add("slow one", answering(feedback -> never))
            .add(last)
            .totalTimeout(Duration.ofMillis(50))
            .build()
            .submit(FEEDBACK);
    assertUndelivered(of("slow one", outcomes))
        .returns(Reason.TIMEOUT, UndeliveredFeedbackException::reason)
        .returns(true, FeedbackException::mayHaveArrived)
        .satisfies(error -> assertThat(error.elapsed()).isGreaterThan(Duration.ofMillis(49)))
        .satisfies(error -> assertThat(error).hasMessageStartingWith("slow one had not ended"));
    assertThat(never).isCancelled();
    assertThat(of("last", outcomes).isAccepted()).isTrue();
  }

  @Test
  void theDeadlineIsOneForAllBecauseTheyRunInParallel() {
    FanOut.Builder builder = FanOut.builder().totalTimeout(Duration.ofMillis(200));
    for (int i = 0; i < 20; i++) {
      builder.add("slow " + i, answering(feedback -> new CompletableFuture<>()));
    }
    long begun = System.nanoTime();
    assertThat(builder.build().submit(FEEDBACK)).hasSize(20);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void anInterruptEndsTheWaitKeepsTheFlagAndLosesNoReceipt() {
    CompletableFuture<Receipt> never = new CompletableFuture<>();
    Thread waiting = Thread.currentThread();
    RecordingClient interrupting =
        answering(
            feedback -> {
              var unused =
                  never.completeOnTimeout(
                      Receipt.builder("toy", "t").build(), 20, TimeUnit.SECONDS);
              new Thread(
                      () -> {
                        while (first.seen.isEmpty() || last.seen.isEmpty()) {
                          Thread.onSpinWait();
                        }
                        waiting.interrupt();
                      })
                  .start();
              return never;
            });
    Map<String, Outcome> outcomes = between(interrupting);
    assertThat(Thread.interrupted()).isTrue();
    Await.isTrue("it is cancelled, perhaps where it was returned late", never::isCancelled);
    assertThat(of("first", outcomes).isAccepted()).isTrue();
    assertThat(of("last", outcomes).isAccepted()).isTrue();
    assertUndelivered(of("toy", outcomes))
        .returns(Reason.INTERRUPTED, UndeliveredFeedbackException::reason)
        .satisfies(error -> assertThat(error.elapsed()).isLessThan(Duration.ofSeconds(20)));
  }

  @Test
  void anInterruptedThreadCallsNoClient() {
    Thread.currentThread().interrupt();
    Map<String, Outcome> outcomes = between(RecordingClient.taking("toy"));
    assertThat(Thread.interrupted()).isTrue();
    assertUndelivered(of("toy", outcomes))
        .returns(Reason.INTERRUPTED, UndeliveredFeedbackException::reason)
        .returns(false, FeedbackException::mayHaveArrived)
        .satisfies(error -> assertThat(error).hasMessageEndingWith("; it was not stored"));
    assertThat(first.seen).isEmpty();
  }

  @Test
  void noErrorHoldsTheFeedbacksWords() {
    CompletableFuture<Receipt> late = new CompletableFuture<>();
    late.completeOnTimeout(Receipt.builder("toy", "t").build(), 20, TimeUnit.SECONDS);
    Map<String, Outcome> outcomes =
        FanOut.builder()
            .add(answering(feedback -> late))
            .totalTimeout(Duration.ofMillis(1))
            .build()
            .submit(FEEDBACK);
    assertThat(outcomes.toString()).doesNotContain("the words");
  }

  @Test
  void aBareTargetIsRefusedBeforeAnyClientIsCalled() {
    FanOut fanOut = FanOut.builder().add(first).add(last).build();
    assertThatThrownBy(() -> fanOut.submit(Feedback.on("bare").thumbsUp().build()))
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageContaining("Target.of(key, id).and(key, id)")
        .hasMessageContaining("Target.shared(id)");
    assertThat(first.seen).isEmpty();
    assertThat(last.seen).isEmpty();
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    FanOut.Builder builder = FanOut.builder().add(first);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(RecordingClient.taking("first")))
        .withMessage("a client named 'first' is there already; name it with add(name, client)");
    assertThat(builder.build().submit(FEEDBACK)).hasSize(1);
    assertThat(first.seen).hasSize(1);
  }

  @Test
  void whatTheBuilderDoesLaterDoesNotChangeTheFanOut() {
    FanOut.Builder builder = FanOut.builder().add(first);
    FanOut fanOut = builder.build();
    builder.add(last);
    assertThat(fanOut.submit(FEEDBACK)).containsOnlyKeys("first");
  }

  @Test
  void withoutAClientTheFeedbackWouldBeLostSoItIsRefused() {
    assertThatIllegalStateException()
        .isThrownBy(FanOut.builder()::build)
        .withMessage("a fan-out must have at least one client");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999999S", "P7DT0.000000001S", "P300000D"})
  void aTotalTimeoutOutOfBoundsIsRefused(Duration deadline) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FanOut.builder().totalTimeout(deadline))
        .withMessage("totalTimeout must be from 1 ms to PT168H, but is " + deadline);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999999S", "PT1H0.000000001S", "P300000D"})
  void aCloseTimeoutOutOfBoundsIsRefused(Duration timeout) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FanOut.builder().closeTimeout(timeout))
        .withMessage("closeTimeout must be from 1 ms to PT1H, but is " + timeout);
  }

  @Test
  void badNamesAndNullsAreRefused() {
    FanOut.Builder builder = FanOut.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add("\n", first))
        .withMessage("client name must not be blank");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.add(BadInput.<FeedbackClient>absent()))
        .withMessage("client must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.add("name", BadInput.absent()))
        .withMessage("client must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.totalTimeout(BadInput.absent()))
        .withMessage("totalTimeout must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.closeTimeout(BadInput.absent()))
        .withMessage("closeTimeout must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.add(first).build().submit(BadInput.absent()))
        .withMessage("feedback must not be null");
  }
}
