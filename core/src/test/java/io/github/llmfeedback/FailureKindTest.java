package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureKindTest {
  @ParameterizedTest
  @EnumSource
  void anUndeliveredFeedbackHasTheKindOfItsReason(Reason reason) {
    assertThat(FailureKind.of(UndeliveredFeedbackException.builder("toy", reason).build()))
        .hasToString(reason.name());
  }

  @Test
  void everyOtherExceptionHasAKindOfItsOwnOrTheLast() {
    assertThat(FailureKind.of(UnrepresentableFeedbackException.builder("toy", "no").build()))
        .isSameAs(FailureKind.UNREPRESENTABLE);
    assertThat(FailureKind.of(RejectedFeedbackException.builder("toy", 400).build()))
        .isSameAs(FailureKind.REJECTED);
    assertThat(FailureKind.of(UnreadableResponseException.builder("toy", 200).build()))
        .isSameAs(FailureKind.UNREADABLE);
    assertThat(FailureKind.of(new IllegalArgumentException())).isSameAs(FailureKind.OTHER);
    assertThat(FailureKind.values()).hasSize(Reason.values().length + 4);
  }
}
