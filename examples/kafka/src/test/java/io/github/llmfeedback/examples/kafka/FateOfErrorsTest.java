package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FateOfErrorsTest {
  private static void assertFate(FeedbackException error, Fate fate) {
    assertThat(Fate.of(error, false)).isEqualTo(fate);
    assertThat(Fate.of(error, true)).isEqualTo(fate == Fate.PARKED ? Fate.RETRY : fate);
  }

  @ParameterizedTest
  @CsvSource({
    "400, DEAD_LETTER", "404, DEAD_LETTER", "422, DEAD_LETTER", "200, DEAD_LETTER",
    "401, STOPPED", "402, STOPPED", "403, STOPPED", "407, STOPPED", "429, RETRY"
  })
  void aRefusalIsJudgedByItsStatus(int status, Fate fate) {
    assertFate(RejectedFeedbackException.builder("portkey", status).build(), fate);
    assertFate(
        RejectedFeedbackException.builder("portkey", status).mayHaveArrived(true).build(),
        Fate.PARKED);
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, RETRY", "TIMEOUT, RETRY", "CONNECTION_LOST, RETRY", "INTERRUPTED, RETRY",
    "CANCELLED, RETRY", "FULL, RETRY", "UNCONFIRMED, RETRY",
    "UNTRUSTED, STOPPED", "LINKAGE, STOPPED", "CLOSED, STOPPED"
  })
  void whatWasNotDeliveredIsJudgedByItsReason(Reason reason, Fate fate) {
    assertFate(UndeliveredFeedbackException.builder("portkey", reason).build(), fate);
    assertFate(
        UndeliveredFeedbackException.builder("portkey", reason).attempts(1).build(), Fate.PARKED);
  }

  @Test
  void whatTheProviderCannotKeepIsRefusedAndAnUnreadableSuccessIsUncertain() {
    assertFate(
        UnrepresentableFeedbackException.builder("portkey", "no").build(), Fate.DEAD_LETTER);
    assertFate(UnreadableResponseException.builder("portkey", 200).build(), Fate.PARKED);
  }
}
