package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A success status for a request of which some feedbacks were not accepted. */
class PartialSuccessTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private List<Outcome> submit(String answer, List<Feedback> feedbacks) {
    server.enqueue(200, answer);
    try (ToyClient client =
        new ToyClient(
            server.url(), ToyDialect.lists(10).perWord(), ToyClient.impatient().build())) {
      return client.submitAll(feedbacks);
    }
  }

  private static FeedbackException error(Outcome outcome) {
    return outcome.error().orElseThrow();
  }

  @Test
  void whatIsNamedHasAReceiptAndTheRestItsOwnFateAndNothingIsSentAgain() {
    List<Outcome> outcomes =
        submit("{\"except\":{\"1\":\"UNREADABLE\",\"3\":\"REFUSED\"}}", ToyClient.many(4));
    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true, false);
    assertThat(error(outcomes.get(1))).isInstanceOf(UnreadableResponseException.class);
    assertThat(error(outcomes.get(1)).mayHaveArrived()).isTrue();
    assertThat(error(outcomes.get(3))).isInstanceOf(RejectedFeedbackException.class);
    assertThat(error(outcomes.get(3)).mayHaveArrived()).isFalse();
    assertThat(error(outcomes.get(3)).attempts()).isEqualTo(1);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void doubtOfAnEarlierAttemptStaysWithWhatIsExceptedAsRefused() {
    server.enqueue(503, ""); // it may have stored all
    List<Outcome> outcomes = submit("{\"except\":{\"1\":\"REFUSED\"}}", ToyClient.many(2));
    assertThat(error(outcomes.get(1)).mayHaveArrived()).isTrue();
    assertThat(error(outcomes.get(1)).attempts()).isEqualTo(2);
  }

  @Test
  void aFeedbackOfSeveralObjectsIsAcceptedIfAllOfThemAre() {
    // the first has objects 0 to 2, the second 3, the third 4 and 5
    List<Feedback> feedbacks =
        List.of(
            Feedback.on("t0").comment("one two three").build(),
            on("t1"),
            Feedback.on("t2").comment("good bad").build());
    List<Outcome> outcomes =
        submit("{\"except\":{\"1\":\"REFUSED\",\"4\":\"REFUSED\",\"5\":\"REFUSED\"}}", feedbacks);
    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(false, true, false);
    assertThat(error(outcomes.get(0)).mayHaveArrived()).as("two of three are stored").isTrue();
    assertThat(error(outcomes.get(2)).mayHaveArrived()).as("none is stored").isFalse();
  }

  @Test
  void oneAloneIsJudgedByAllItsObjects() {
    server.enqueue(200, "{\"except\":{\"1\":\"UNREADABLE\"}}");
    try (ToyClient client = new ToyClient(server, ToyDialect.lists(10).perWord())) {
      Feedback feedback = Feedback.on("t0").comment("one two").build();
      UnreadableResponseException error =
          catchThrowableOfType(UnreadableResponseException.class, () -> client.submit(feedback));
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(1);
  }
}
