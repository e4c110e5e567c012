package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.testing.Failure;
import io.github.llmfeedback.testing.RecordedUpdate;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Updates and retractions at several clients, each by its own receipt. */
@Timeout(30)
class FanOutChangesTest {
  private static final TargetKey ONE = TargetKey.of("one", "id");
  private static final TargetKey TWO = TargetKey.of("two", "id");
  private static final TargetKey FIXED = TargetKey.of("fixed", "id");
  private static final Target TARGET = Target.of(ONE, "1").and(TWO, "2").and(FIXED, "3");
  private static final Feedback UP = Feedback.on(TARGET).thumbsUp().build();
  private static final Feedback DOWN = Feedback.on(TARGET).thumbsDown().build();

  private final RecordingFeedbackClient one = RecordingFeedbackClient.create(ONE);
  private final RecordingFeedbackClient two = RecordingFeedbackClient.create(TWO);

  /** Neither changes nor takes back. */
  private final RecordingFeedbackClient fixed =
      RecordingFeedbackClient.builder(
              Capabilities.of("fixed").with(Support.NATIVE, Part.THUMBS), FIXED)
          .build();

  private final FanOut all = FanOut.builder().add("1", one).add("2", two).add(fixed).build();

  private Map<String, Receipt> submitted() {
    return FanOut.receipts(all.submit(UP));
  }

  private static <T> T of(String name, Map<String, T> results) {
    return Objects.requireNonNull(results.get(name), name);
  }

  @Test
  void anUpdateReachesEachClientByItsOwnReceipt() {
    Map<String, Receipt> receipts = submitted();
    receipts = Map.of("1", of("1", receipts), "2", of("2", receipts));

    Map<String, Outcome> outcomes = all.update(receipts, DOWN);

    assertThat(outcomes).containsOnlyKeys("1", "2");
    assertThat(outcomes.values()).allMatch(Outcome::isAccepted);
    assertThat(of("1", outcomes).feedback()).isEqualTo(DOWN);
    assertThat(one.updates()).containsExactly(new RecordedUpdate(of("1", receipts), DOWN));
    assertThat(two.updates()).containsExactly(new RecordedUpdate(of("2", receipts), DOWN));
  }

  @Test
  void aRetractionReachesEachClientByItsOwnReceipt() {
    Map<String, Receipt> receipts = submitted();

    Map<String, Retraction> results = all.retract(Map.of("2", of("2", receipts)));

    assertThat(results).containsOnlyKeys("2");
    assertThat(of("2", results).isAccepted()).isTrue();
    assertThat(of("2", results).receipt()).contains(of("2", results).orThrow());
    assertThat(of("2", results).error()).isEmpty();
    assertThat(of("2", results)).asString().startsWith("Retraction: Receipt");
    assertThat(two.retractions()).containsExactly(of("2", receipts));
    assertThat(one.retractions()).isEmpty();
  }

  @Test
  void aClientThatCannotChangeItsFeedbackFailsAloneAndSaysSo() {
    Map<String, Receipt> receipts = submitted();
    assertThat(receipts).containsOnlyKeys("1", "2", "fixed");

    Map<String, Outcome> updated = all.update(receipts, DOWN);
    assertThat(of("1", updated).isAccepted()).isTrue();
    assertThatThrownBy(of("fixed", updated)::orThrow)
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessage(
            "fixed cannot change feedback, so leave its receipt out: it is not a SupportsUpdate;"
                + " nothing was changed")
        .returns(false, e -> ((FeedbackException) e).mayHaveArrived());

    Map<String, Retraction> retracted = all.retract(receipts);
    assertThat(of("2", retracted).isAccepted()).isTrue();
    assertThatThrownBy(of("fixed", retracted)::orThrow)
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessage(
            "fixed cannot take back feedback, so leave its receipt out: it is not a"
                + " SupportsRetract;"
                + " nothing was changed");
    assertThat(of("fixed", retracted).receipt()).isEmpty();
  }

  @Test
  void oneClientsErrorIsItsOwn() {
    Map<String, Receipt> receipts = submitted();
    one.failNext(Failure.TIMEOUT);

    Map<String, Retraction> results = all.retract(receipts);

    assertThat(of("1", results).error())
        .get()
        .isInstanceOf(UndeliveredFeedbackException.class)
        .returns(true, FeedbackException::mayHaveArrived);
    assertThat(of("1", results)).asString().startsWith("Retraction: ");
    assertThat(of("2", results).isAccepted()).isTrue();
  }

  @Test
  void aClientThatCannotBeHashedTouchesNoOther() {
    Receipt receipt = of("1", submitted());
    FanOut both = FanOut.builder().add("1", one).add("odd", new Unhashable()).build();

    Map<String, Outcome> outcomes = both.update(Map.of("1", receipt, "odd", receipt), DOWN);

    assertThat(of("1", outcomes).isAccepted()).isTrue();
    assertThat(of("odd", outcomes).isAccepted()).isFalse();
  }

  private static final class Unhashable extends ForwardingClient {
    @Override
    public int hashCode() {
      throw new IllegalStateException("a client of the application's own");
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }
  }

  @Test
  void outcomesWithoutAReceiptHaveNothingToChange() {
    one.failNext(Failure.TIMEOUT);
    assertThat(submitted()).containsOnlyKeys("2", "fixed");
    assertThat(all.retract(Map.of())).isEmpty();
    assertThat(all.update(Map.of(), DOWN)).isEmpty();
  }

  @Test
  void aReceiptUnderANameThatIsNoClientsIsRefusedBeforeAnythingIsSent() {
    Map<String, Receipt> receipts = new LinkedHashMap<>(submitted());
    receipts.put("3", of("1", receipts));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> all.retract(receipts))
        .withMessage(
            "receipts name '3', which is not a client of this fan-out; its clients are 1, 2,"
                + " fixed");
    assertThat(one.retractions()).isEmpty();
  }

  @Test
  void anotherProvidersReceiptIsRefusedBeforeAnythingIsSent() {
    Map<String, Receipt> receipts = submitted();
    Map<String, Receipt> swapped = new LinkedHashMap<>();
    swapped.put("2", of("2", receipts));
    swapped.put("1", of("2", receipts));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> all.update(swapped, DOWN))
        .withMessage("the receipt for '1' is two's, but this client is one's");
    assertThat(two.updates()).isEmpty();
  }

  @Test
  void anUpdateOfAnotherTargetIsSurelyNotStored() {
    Map<String, Receipt> receipts = submitted();
    Feedback other = Feedback.on(Target.of(ONE, "9").and(TWO, "2")).thumbsDown().build();

    Map<String, Outcome> outcomes =
        all.update(Map.of("1", of("1", receipts), "2", of("2", receipts)), other);

    assertThatThrownBy(of("1", outcomes)::orThrow)
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageContaining("target")
        .returns(false, e -> ((FeedbackException) e).mayHaveArrived());
    assertThat(of("2", outcomes).isAccepted()).isTrue();
  }

  @Test
  void nullsAreRefused() {
    assertThatNullPointerException()
        .isThrownBy(() -> all.retract(BadInput.absent()))
        .withMessage("receipts must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> all.update(Map.of(), BadInput.absent()))
        .withMessage("feedback must not be null");
  }

  @Test
  void withoutWaitingEveryErrorComesThroughTheFuture() throws Exception {
    Map<String, Receipt> receipts = submitted();
    assertThat(all.updateAsync(receipts, DOWN).get()).containsOnlyKeys("1", "2", "fixed");
    assertThat(all.retractAsync(receipts).get()).containsOnlyKeys("1", "2", "fixed");

    CompletableFuture<Map<String, Retraction>> refused =
        all.retractAsync(Map.of("3", of("1", receipts)));
    assertThatThrownBy(refused::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aClientThatDoesNotAnswerIsGivenUpAtTheTimeout() {
    Map<String, Receipt> receipts = submitted();
    FanOut soon =
        FanOut.builder().add("1", one).add("2", two).totalTimeout(Duration.ofMillis(100)).build();
    one.hold();

    Map<String, Retraction> results =
        soon.retract(Map.of("1", of("1", receipts), "2", of("2", receipts)));

    assertThat(of("1", results).error())
        .get()
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            error -> assertThat(error.reason()).isEqualTo(Reason.TIMEOUT));
    assertThat(of("2", results).isAccepted()).isTrue();
  }
}
