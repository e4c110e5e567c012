package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A closed client takes nothing and says so. */
interface CloseContract extends ClientUnderTest {
  @Test
  default void closingTwiceDoesNothingAndLeavesOtherClientsAlone() {
    try (FeedbackClient other = openAccepted()) {
      FeedbackClient client = open(quick().build());
      client.close();
      client.close();
      assertThat(other.submit(plain(freshTargetId()).build()).provider())
          .isEqualTo(targetKey().provider());
    }
    assertThat(server().count()).isEqualTo(1);
  }

  @EveryWay
  default void aClosedClientSendsNothingAndSaysSo(Way way) {
    FeedbackClient client = openAccepted();
    client.close();
    List<Outcome> outcomes = way.hand(client, plain(2));
    assertThat(outcomes).hasSize(2);
    for (Outcome outcome : outcomes) {
      FeedbackException error = outcome.error().orElseThrow();
      assertThat(error).isInstanceOf(UndeliveredFeedbackException.class);
      assertThat(((UndeliveredFeedbackException) error).reason()).isEqualTo(Reason.CLOSED);
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error.attempts()).isZero();
    }
    assertThat(server().count()).isZero();
  }
}
