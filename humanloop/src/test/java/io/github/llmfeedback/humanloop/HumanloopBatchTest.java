package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HumanloopBatchTest extends HumanloopClientFixture {
  @Test
  void listsGoInArraysOfAHundredFeedbacksWhoseObjectsStayTogether() {
    server.answerAll(HumanloopClientFixture::mirror);
    List<Feedback> feedbacks =
        IntStream.range(0, 250)
            .mapToObj(i -> Feedback.on("d" + i).thumbsUp().comment("c" + i).build())
            .toList();

    List<Outcome> outcomes = client.submitAll(feedbacks);

    List<Seen> seen = server.takeAll();
    assertThat(seen.stream().map(request -> datapoints(request).size()))
        .containsExactlyInAnyOrder(200, 200, 100);
    assertThat(seen).allSatisfy(HumanloopBatchTest::assertPairs);
    for (int i = 0; i < 250; i++) {
      assertThat(outcomes.get(i).index()).isEqualTo(i);
      assertThat(outcomes.get(i).orThrow().target()).isEqualTo("d" + i);
      assertThat(outcomes.get(i).orThrow().ids()).hasSize(2);
    }
  }

  @Test
  void itemThatLocNamesFailsAndTheRestIsStoredOnce() {
    Feedback pair = Feedback.on("d0").thumbsUp().comment("Spot on").build();
    Feedback bad = Feedback.on("d1").thumbsUp().issue("unknown").build();
    Feedback last = Feedback.on("d2").thumbsDown().build();
    server
        .enqueue(
            422, "{\"detail\":[{\"loc\":[\"body\",3,\"value\",0],\"msg\":\"m\",\"type\":\"t\"}]}")
        .answerAll(HumanloopClientFixture::mirror);

    List<Outcome> outcomes = client.submitAll(List.of(pair, bad, last));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    RejectedFeedbackException error =
        (RejectedFeedbackException) outcomes.get(1).error().orElseThrow();
    assertThat(error.status()).isEqualTo(422);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.takeAll().stream().map(HumanloopClientFixture::datapoints))
        .containsExactly(List.of("d0", "d0", "d1", "d1", "d2"), List.of("d0", "d0", "d2"));
  }

  @Test
  void itemThatNothingNamesIsFoundBySplitting() {
    server.answerAll(seen -> datapoints(seen).contains("d5") ? Reply.of(400, "{}") : mirror(seen));

    List<Outcome> outcomes = client.submitAll(feedbacks(8));

    assertThat(outcomes.stream().filter(o -> !o.isAccepted()).map(Outcome::index))
        .containsExactly(5L);
    Map<String, Long> stored =
        server.takeAll().stream()
            .map(HumanloopClientFixture::datapoints)
            .filter(datapoints -> !datapoints.contains("d5"))
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(datapoint -> datapoint, Collectors.counting()));
    assertThat(stored).hasSize(7).allSatisfy((datapoint, times) -> assertThat(times).isEqualTo(1));
  }

  @Test
  void refusalThatDoesNotProveThatNothingWasStoredSplitsNoList() {
    server.enqueue(example("refused-object").reply());

    assertThat(client.submitAll(feedbacks(3)))
        .hasSize(3)
        .allSatisfy(outcome -> assertThat(outcome.error().orElseThrow().mayHaveArrived()).isTrue());
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-text", "refused-gone", "refused-web-page"})
  void refusalOfEveryRequestIsNotSplit(String file) {
    server.enqueue(example(file).reply());

    assertThat(client.submitAll(feedbacks(5)))
        .hasSize(5)
        .allSatisfy(
            outcome ->
                assertThat(outcome.error().orElseThrow().mayHaveArrived()).as(file).isFalse());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void uncertainChunkIsNeverRepeated() {
    server.enqueue(example("failed-500").reply());

    assertThat(client.submitAll(feedbacks(5)))
        .hasSize(5)
        .allSatisfy(outcome -> assertThat(outcome.error().orElseThrow().mayHaveArrived()).isTrue());
    assertThat(server.count()).isEqualTo(1);
  }

  private static List<Feedback> feedbacks(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Feedback.on("d" + i).thumbsUp().build())
        .toList();
  }

  private static void assertPairs(Seen seen) {
    List<String> datapoints = datapoints(seen);
    for (int i = 0; i < datapoints.size(); i += 2) {
      assertThat(datapoints.get(i)).isEqualTo(datapoints.get(i + 1));
    }
  }
}
