package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyBatchTest extends PortkeyClientFixture {
  @Test
  void listsGoInArraysOfAHundred() {
    server.answerAll(this::saveArrays);

    List<Outcome> outcomes = client.submitAll(feedbacks(250));

    assertThat(server.takeAll().stream().map(seen -> traces(seen).size()))
        .containsExactlyInAnyOrder(100, 100, 50);
    for (int i = 0; i < 250; i++) {
      assertThat(outcomes.get(i).index()).isEqualTo(i);
      assertThat(outcomes.get(i).orThrow().target()).isEqualTo("t" + i);
      assertThat(outcomes.get(i).orThrow().id()).contains("id-t" + i);
    }
  }

  @Test
  void listOfOneIsAnObject() {
    server.enqueue(200, SAVED);

    client.submitAll(feedbacks(1));

    assertThat(server.take().body()).startsWith("{");
  }

  @Test
  void yesThatNamesFewerThanWereSentIsNoYesForAnybodyAndNothingIsSentAgain() {
    server.enqueue(example("accepted-ids-short").reply());

    assertThat(client.submitAll(feedbacks(2)))
        .allSatisfy(
            outcome ->
                assertThat(outcome.error().orElseThrow())
                    .isInstanceOf(UnreadableResponseException.class)
                    .hasMessageContaining("names only 1 of the 2")
                    .matches(FeedbackException::mayHaveArrived));
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whoseIdIsMissingAtItsPlaceHasNoReceiptAndTheOthersHave() {
    server.enqueue(example("accepted-ids-odd").reply());

    List<Outcome> outcomes = client.submitAll(feedbacks(2));
    assertThat(outcomes.get(0).error().orElseThrow().mayHaveArrived()).isTrue();
    assertThat(outcomes.get(1).orThrow().ids()).containsExactly("fb-2");
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405, 415})
  void whereArraysAreRefusedItGoesOneByOneAndRemembersIt(int status) {
    server.answerAll(seen -> isArray(seen) ? Reply.of(status, "{}") : Reply.of(200, SAVED));

    assertThat(client.submitAll(feedbacks(3))).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll())
        .extracting(PortkeyBatchTest::isArray)
        .containsExactly(true, false, false, false);

    assertThat(client.submitAll(feedbacks(3))).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll()).noneMatch(PortkeyBatchTest::isArray);
  }

  @Test
  void arraysThatAreRefusedByASchemaGoOneByOneToo() {
    String schema = "{\"error\":{\"message\":\"Expected object, received array\"}}";
    server.answerAll(seen -> isArray(seen) ? Reply.of(422, schema) : Reply.of(200, SAVED));

    assertThat(client.submitAll(feedbacks(3))).allMatch(Outcome::isAccepted);
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void anArrayThatIsRefusedHalfWayIsNotSentAgain() {
    server.enqueue(422, "{\"message\":\"value is off the scale\"}");

    assertThat(client.submitAll(feedbacks(10)))
        .allMatch(outcome -> outcome.error().orElseThrow().mayHaveArrived());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void laterChunksOfTheSameBatchTryNoArrayAgain() {
    reopen(QUICK.newBuilder().concurrency(1).build());
    server.answerAll(seen -> isArray(seen) ? Reply.of(400, "{}") : Reply.of(200, SAVED));

    assertThat(client.submitAll(feedbacks(102))).hasSize(102).allMatch(Outcome::isAccepted);

    assertThat(server.takeAll()).hasSize(103).filteredOn(PortkeyBatchTest::isArray).hasSize(1);
  }

  @Test
  void oneBadItemFailsAloneAndArraysAreTriedAgain() {
    server.answerAll(seen -> traces(seen).contains("t1") ? Reply.of(400, "{}") : saveArrays(seen));

    List<Outcome> outcomes = client.submitAll(feedbacks(3));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    assertThat(outcomes.get(1).error().orElseThrow().mayHaveArrived()).isFalse();
    assertThat(server.takeAll())
        .extracting(PortkeyBatchTest::isArray)
        .containsExactly(true, false, false, false);

    client.submitAll(List.of(feedback("a"), feedback("b")));
    assertThat(server.takeAll()).hasSize(1).allMatch(PortkeyBatchTest::isArray);
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-key", "refused-scope", "refused-budget", "refused-no-route"})
  void refusalOfEveryRequestIsNotTriedOneByOne(String file) {
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

  private static Feedback feedback(String trace) {
    return Feedback.on(trace).thumbsUp().build();
  }

  private static List<Feedback> feedbacks(int count) {
    return IntStream.range(0, count).mapToObj(i -> feedback("t" + i)).toList();
  }

  private static boolean isArray(Seen seen) {
    return seen.body().startsWith("[");
  }

  private static List<String> traces(Seen seen) {
    return Pattern.compile("\"trace_id\":\"([^\"]+)\"")
        .matcher(seen.body())
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private Reply saveArrays(Seen seen) {
    List<String> ids = traces(seen).stream().map(trace -> "\"id-" + trace + "\"").toList();
    return Reply.of(200, "{\"status\":\"success\",\"feedback_ids\":" + ids + "}");
  }
}
