package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UnreadableAnswerException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A yes whose ids no receipt can hold, such as half an emoji, is no receipt and no surprise. */
class UnreadableIdsTest {
  private static final Reply HALF_AN_EMOJI = Reply.of(200, "{\"ids\":[\"a\",\"\\ud83d\"]}");

  @AutoClose
  private final LoopbackServer server = new LoopbackServer().answerAll(seen -> HALF_AN_EMOJI);

  @AutoClose
  private final ToyContractClient client =
      new ToyContractClient(
          server.url(), ToyClient.KEY, ToyClient.settings().build(), new ToyDialect());

  @Test
  void aSubmitEndsInAnUnreadableAnswer() {
    Reply only = Reply.of(200, "{\"ids\":[\"\\ud83d\"]}");
    server.answerAll(seen -> only);
    UnreadableAnswerException error =
        catchThrowableOfType(
            UnreadableAnswerException.class, () -> client.submit(ToyClient.on("a")));
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.attempts()).isEqualTo(1);
    assertThat(error).hasMessageContaining("ids");
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aListEndsInOneOutcomeEach() {
    List<Feedback> two = ToyClient.many(2);
    List<Outcome> outcomes = client.submitAll(two);
    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(outcome.error()).containsInstanceOf(UnreadableAnswerException.class));
    assertThat(server.count()).isEqualTo(1);
  }
}
