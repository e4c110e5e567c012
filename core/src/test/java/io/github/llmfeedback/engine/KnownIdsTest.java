package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A success with ids that no receipt can hold, such as half an emoji, is still a success. */
class KnownIdsTest {
  private static final Reply HALF_AN_EMOJI = Reply.of(200, "{\"ids\":[\"a\",\"\\ud83d\"]}");

  @AutoClose
  private final LoopbackServer server = new LoopbackServer().answerAll(seen -> HALF_AN_EMOJI);

  @AutoClose
  private final ToyClient client =
      new ToyClient(server.url(), new ToyDialect(), ToyClient.settings().build());

  @Test
  void aSubmitsReceiptHasNoIds() {
    server.answerAll(seen -> Reply.of(200, "{\"ids\":[\"\\ud83d\"]}"));
    Receipt receipt = client.submit(ToyClient.on("a"));
    assertThat(receipt.ids()).isEmpty();
    assertThat(receipt.attempts()).isEqualTo(1);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void inAListTheOthersKeepTheirs() {
    assertThat(client.submitAll(ToyClient.many(2)))
        .extracting(outcome -> outcome.orThrow().ids())
        .containsExactly(List.of("a"), List.of());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void oneUnfitIdOfAFeedbackMakesAllOfItsIdsUnknown() {
    ApiEndpoint connection =
        BaseUrl.endpoint("toy", "http://127.0.0.1", false)
            .secretHeader("X-Key", "", "the key", ToyClient.KEY);
    String longest = "x".repeat(256);
    assertThat(KnownIds.of(List.of("a", longest), connection)).containsExactly("a", longest);
    for (String unfit :
        List.of(
            "", " ", "a b", "é", "a\n", "x".repeat(257), ToyClient.KEY, "id-" + ToyClient.KEY)) {
      assertThat(KnownIds.of(List.of("a", unfit, "c"), connection)).as(unfit).isEmpty();
    }
  }
}
