package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lists of a project's own statements. */
class HumanloopCustomBatchTest {
  private final LoopbackServer server = new LoopbackServer();
  private final HumanloopFeedbackClient client =
      HumanloopFeedbackClient.builder("hl-key-1").baseUrl(server.url()).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static HumanloopCustomFeedback feedback(int i) {
    return HumanloopCustomFeedback.on("d" + i).state("tone", "warm").state("year", 2026L).build();
  }

  private static Reply mirror(Seen seen) {
    List<String> datapoints = seen.texts("data_id");
    return Reply.of(
        200,
        IntStream.range(0, datapoints.size()).mapToObj(i -> "{\"id\":\"a" + i + "\"}").toList()
            + "");
  }

  @Test
  void aListGoesInRequestsOfAHundredAndEachHasItsReceipt() {
    server.answerAll(HumanloopCustomBatchTest::mirror);
    List<HumanloopCustomFeedback> all =
        IntStream.range(0, 150).mapToObj(HumanloopCustomBatchTest::feedback).toList();

    List<HumanloopCustomOutcome> outcomes = client.submitCustomAll(all);

    assertThat(outcomes).hasSize(150).allMatch(HumanloopCustomOutcome::isAccepted);
    for (int i = 0; i < 150; i++) {
      assertThat(outcomes.get(i).index()).isEqualTo(i);
      assertThat(outcomes.get(i).feedback()).isSameAs(all.get(i));
      assertThat(outcomes.get(i).orThrow().target()).isEqualTo("d" + i);
      assertThat(outcomes.get(i).orThrow().ids()).hasSize(2);
    }
    assertThat(outcomes.get(0).orThrow().state())
        .isEqualTo(client.submitCustom(all.get(0)).state());
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void oneThatIsRefusedCostsTheOthersNothing() {
    server
        .enqueue(
            422, "{\"detail\":[{\"loc\":[\"body\",2,\"value\"],\"msg\":\"m\",\"type\":\"t\"}]}")
        .answerAll(HumanloopCustomBatchTest::mirror);
    List<HumanloopCustomOutcome> outcomes =
        client.submitCustomAll(List.of(feedback(0), feedback(1)));
    assertThat(outcomes)
        .extracting(HumanloopCustomOutcome::isAccepted)
        .containsExactly(true, false);
    assertThat(outcomes.get(1).error().orElseThrow().mayHaveArrived()).isFalse();
    assertThatThrownBy(outcomes.get(1)::orThrow).isSameAs(outcomes.get(1).error().orElseThrow());
    assertThat(outcomes.get(1).toString()).contains("HumanloopCustomOutcome 1", "422");
  }

  @Test
  void withoutWaitingItComesThroughTheFuture() throws Exception {
    server.answerAll(HumanloopCustomBatchTest::mirror);
    assertThat(
            client
                .submitCustomAllAsync(List.of(feedback(0)))
                .get(20, TimeUnit.SECONDS)
                .get(0)
                .receipt())
        .isPresent();
    assertThat(client.submitCustomAllAsync(Arrays.asList(feedback(0), null)))
        .isCompletedExceptionally();
  }

  @Test
  void noneIsSentIfOneIsNull() {
    assertThatThrownBy(() -> client.submitCustomAll(Arrays.asList(feedback(0), null)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("feedback 1 of the batch must not be null");
    assertThat(client.submitCustomAll(Collections.emptyList())).isEmpty();
    assertThat(server.count()).isZero();
  }
}
