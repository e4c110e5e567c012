package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OutcomeTest {
  private static final Feedback FEEDBACK = Feedback.on("t").comment("the words").build();
  private static final Receipt RECEIPT = Receipt.builder("toy", "t").build();
  private final FeedbackException error =
      UnrepresentableFeedbackException.builder("toy", "no room").build();

  @Test
  void anAcceptedOneHasAReceiptAndNoError() {
    Outcome outcome = Outcome.accepted(3, FEEDBACK, RECEIPT);
    assertThat(outcome.index()).isEqualTo(3);
    assertThat(outcome.feedback()).isSameAs(FEEDBACK);
    assertThat(outcome.isAccepted()).isTrue();
    assertThat(outcome.receipt()).containsSame(RECEIPT);
    assertThat(outcome.error()).isEmpty();
    assertThat(outcome.orThrow()).isSameAs(RECEIPT);
  }

  @Test
  void aFailedOneHasAnErrorAndNoReceipt() {
    Outcome outcome = Outcome.failed(3, FEEDBACK, error);
    assertThat(outcome.isAccepted()).isFalse();
    assertThat(outcome.receipt()).isEmpty();
    assertThat(outcome.error()).containsSame(error);
    assertThatThrownBy(outcome::orThrow).isSameAs(error);
  }

  @Test
  void nullsAreRefused() {
    assertThatNullPointerException()
        .isThrownBy(() -> Outcome.accepted(0, BadInput.absent(), RECEIPT))
        .withMessageContaining("feedback");
    assertThatNullPointerException()
        .isThrownBy(() -> Outcome.accepted(0, FEEDBACK, BadInput.absent()))
        .withMessageContaining("receipt");
    assertThatNullPointerException()
        .isThrownBy(() -> Outcome.failed(0, FEEDBACK, BadInput.absent()))
        .withMessageContaining("error");
  }

  @Test
  void toStringTellsWhatBecameOfItAndNotTheWords() {
    assertThat(Outcome.accepted(3, FEEDBACK, RECEIPT))
        .hasToString("Outcome 3: " + RECEIPT)
        .asString()
        .doesNotContain("the words");
    assertThat(Outcome.failed(3, FEEDBACK, error))
        .hasToString("Outcome 3: " + error)
        .asString()
        .doesNotContain("the words");
  }
}
