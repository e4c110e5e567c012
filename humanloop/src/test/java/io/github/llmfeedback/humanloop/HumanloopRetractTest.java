package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HumanloopRetractTest extends HumanloopClientFixture {
  @Test
  void retractTakesBackEveryStatementOfTheReceipt() {
    server
        .answerAll(HumanloopClientFixture::mirror)
        .enqueue(example("everything").reply())
        .enqueue(example("retract").reply());
    Receipt receipt =
        client.submit(
            Feedback.on(DATAPOINT)
                .thumbsUp()
                .comment("Spot on")
                .author("user-9")
                .issue("tone")
                .issue("length")
                .action("copy")
                .build());

    Receipt gone = client.retract(receipt);

    assertThat(gone.target()).isEqualTo(DATAPOINT);
    assertThat(gone.ids()).isEmpty();
    assertThat(gone.state()).isEmpty();
    server.take();
    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/v4/feedback");
    WireExample.assertSameJson(
        seen.body(),
        """
        [{"type":"rating","data_id":"data_1","unset":true},
         {"type":"comment","data_id":"data_1","unset":true},
         {"type":"issue","value":"tone","data_id":"data_1","unset":true},
         {"type":"issue","value":"length","data_id":"data_1","unset":true},
         {"type":"action","value":"copy","data_id":"data_1","unset":true}]
        """);
    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(gone));
  }

  @Test
  void retractIsRepeatedBecauseItCountsOnce() {
    server.enqueue(example("failed-500").reply()).enqueue(example("retract-one").reply());

    Receipt gone = client.retractAsync(rated()).join();

    assertThat(gone.attempts()).isEqualTo(2);
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void retractRefusesAnothersReceipt() {
    Receipt foreign = Receipt.builder("portkey", DATAPOINT).build();

    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(foreign));
    assertThat(client.retractAsync(foreign)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }

  @Test
  void retractIsAPowerAndUpdateIsNone() {
    assertThat(client.as(SupportsRetract.class)).contains(client);
    assertThat(client.as(SupportsUpdate.class)).isEmpty();
  }

  private static Receipt rated() {
    return Receipt.builder("humanloop", DATAPOINT).state(Map.of("rating", List.of())).build();
  }
}
