package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A closed client accepts nothing and says so. */
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

  @ParameterizedTest(name = "by {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SUBMIT_EACH")
  default void aClosedClientSendsNothingAndSaysSo(Way way) {
    FeedbackClient client = openAccepted();
    client.close();
    List<Outcome> outcomes = way.hand(client, plain(2));
    assertThat(outcomes).hasSize(2);
    outcomes.forEach(outcome -> isClosed(outcome.error().orElseThrow()));
    assertThat(server().count()).isZero();
  }

  @Test
  default void aClosedClientReadsNothingOfAStreamAndSaysSo() {
    FeedbackClient client = openAccepted();
    client.close();
    Iterator<Feedback> source = plain(2).iterator();
    List<Outcome> outcomes = new ArrayList<>();
    isClosed(
        catchThrowableOfType(
            FeedbackException.class, () -> client.submitEach(source, outcomes::add)));
    assertThat(source).toIterable().hasSize(2);
    assertThat(outcomes).isEmpty();
    assertThat(server().count()).isZero();
  }

  private static void isClosed(FeedbackException error) {
    assertThat(error).isInstanceOf(UndeliveredFeedbackException.class);
    assertThat(((UndeliveredFeedbackException) error).reason()).isEqualTo(Reason.CLOSED);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.attempts()).isZero();
  }
}
