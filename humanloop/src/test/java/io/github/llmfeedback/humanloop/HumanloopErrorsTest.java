package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanloopErrorsTest extends HumanloopClientFixture {
  @ParameterizedTest
  @ValueSource(
      strings = {"{\"id\":\"a\",\"detail\":\"no\"}", "{\"id\":\"a\",\"error\":{\"code\":1}}"})
  void successThatNamesAnErrorIsARefusal(String body) {
    HumanloopDialect dialect = new HumanloopDialect(false);
    HumanloopWire rating = new HumanloopWire("rating", "good", DATAPOINT, null, null, null);
    Verdict verdict =
        dialect.verdict(ProviderResponse.of(200, body), dialect.request(List.of(List.of(rating))));
    assertThat(verdict.kind()).isEqualTo(Verdict.Kind.REFUSED);
  }

  @Test
  void wrongKeyIsRejectedWithoutShowingIt() {
    server.enqueue(Reply.of(401, "{\"detail\":\"unknown key " + KEY + "\"}"));

    RejectedFeedbackException error =
        (RejectedFeedbackException)
            failure(() -> client.submit(Feedback.on(DATAPOINT).comment("Spot on").build()));

    assertThat(error.status()).isEqualTo(401);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.hint().orElseThrow()).contains("key is wrong", "no right");
    assertThat(error.toString()).doesNotContain(KEY, "unknown key", "Spot on");
    assertThat(error.body()).contains("unknown key").doesNotContain(KEY);
  }

  @ParameterizedTest
  @CsvSource({
    "refused-items, 422, value_error, false",
    "refused-object, 404, 404, false",
    "refused-bare, 400, , false",
    "refused-gone, 410, , false",
    "error-as-success, 200, , false",
    "busy-rate-limit, 429, rate_limit, false",
    "failed-500, 500, , true",
    "failed-503, 503, , true",
    "failed-529, 529, , true"
  })
  void refusalTellsStatusCodeAndWhetherItMayHaveArrived(
      String file, int status, String code, boolean mayHaveArrived) {
    reopen(QUICK.newBuilder().maxRetries(0).build());
    server.enqueue(example(file).reply());

    RejectedFeedbackException error =
        (RejectedFeedbackException)
            failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(error.status()).isEqualTo(status);
    assertThat(error.code().orElse(null)).isEqualTo(code);
    assertThat(error.mayHaveArrived()).isEqualTo(mayHaveArrived);
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"detail\":[{\"loc\":[\"body\",0],\"msg\":\"m\",\"type\":\"t\"}]}",
        "{\"detail\":{\"type\":\"t\",\"message\":\"m\",\"code\":500,\"origin\":\"o\"}}",
        "{\"detail\":\"m\"}",
        "{\"detail\":null}",
        "{}",
        "[]",
        "<html>",
        ""
      })
  void serverErrorOfAnyShapeIsNotRepeatedAndMayHaveArrived(String body) {
    server.enqueue(500, body);

    FeedbackException error =
        failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(error).isInstanceOf(RejectedFeedbackException.class);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void busyHumanloopIsTriedAgain() {
    server.enqueue(example("busy-rate-limit").reply()).enqueue(example("thumbs-up").reply());

    assertThat(client.submit(Feedback.on(DATAPOINT).thumbsUp().build()).attempts()).isEqualTo(2);
  }

  @Test
  void foreignAnswerIsNoYes() {
    server.enqueue(example("not-humanloop").reply());

    FeedbackException error =
        failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(error).isInstanceOf(UnreadableResponseException.class);
    assertThat(error.mayHaveArrived()).isTrue();
  }
}
