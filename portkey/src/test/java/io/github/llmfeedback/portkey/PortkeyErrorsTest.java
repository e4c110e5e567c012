package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.TRACE;
import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyErrorsTest extends PortkeyClientFixture {
  @Test
  void wrongKeyIsRejectedWithEveryCauseNamed() {
    server.enqueue(Reply.of(401, "{\"message\":\"Portkey Error: Invalid API Key " + KEY + "\"}"));

    RejectedFeedbackException error =
        (RejectedFeedbackException)
            failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().comment("Spot on").build()));

    assertThat(error.status()).isEqualTo(401);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.hint().orElseThrow()).contains("expired", "other platform", "self-hosted");
    assertThat(error.toString()).doesNotContain(KEY, "Portkey Error", "Spot on");
    assertThat(error.body()).contains("Portkey Error").doesNotContain(KEY);
  }

  @ParameterizedTest
  @CsvSource({
    "refused-scope, 403, AB03, false",
    "refused-failure-with-error, 400, AB01, false",
    "refused-slug, 400, , false",
    "failure-as-success, 200, , false",
    "error-as-success, 200, AB01, false",
    "failed-500, 500, AB04, true",
    "failed-at-portkey, 503, AB04, true",
    "busy-rate-limit, 429, AB06, false"
  })
  void refusalTellsStatusCodeAndWhetherItMayHaveArrived(
      String file, int status, String code, boolean mayHaveArrived) {
    reopen(QUICK.newBuilder().maxRetries(0).build());
    server.enqueue(example(file).reply());

    RejectedFeedbackException error =
        (RejectedFeedbackException)
            failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error.status()).isEqualTo(status);
    assertThat(error.code().orElse(null)).isEqualTo(code);
    assertThat(error.mayHaveArrived()).isEqualTo(mayHaveArrived);
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"80, true", "81, false"})
  void aCodeIsAShortToken(int length, boolean shown) {
    String code = "x".repeat(length);
    server.enqueue(400, "{\"error\":{\"code\":\"" + code + "\"}}");

    RejectedFeedbackException error =
        (RejectedFeedbackException)
            failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error.code().isPresent()).isEqualTo(shown);
    assertThat(error.toString().contains(code)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"success\":false,\"data\":{\"message\":\"m\",\"errorCode\":\"AB04\"}}",
        "{\"status\":\"failure\",\"message\":\"m\"}",
        "{\"status\":\"failure\",\"message\":\"m\",\"error\":{\"message\":\"m\",\"code\":\"c\"}}",
        "{\"message\":\"m\"}",
        "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":null}}",
        "{\"status_code\":500,\"error\":{\"message\":\"m\",\"slug\":\"s\"},\"success\":false}",
        "{\"error\":\"m\"}",
        "<html>",
        ""
      })
  void serverErrorOfAnyShapeIsNotRepeatedAndMayHaveArrived(String body) {
    server.enqueue(500, body);

    FeedbackException error = failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error).isInstanceOf(RejectedFeedbackException.class);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void busyLoadBalancerIsTriedAgain() {
    server.enqueue(example("failed-before-portkey").reply()).enqueue(200, SAVED);

    assertThat(client.submit(Feedback.on(TRACE).thumbsUp().build()).attempts()).isEqualTo(2);
  }

  @Test
  void busyPortkeyThatHadTheRequestIsNot() {
    server.enqueue(example("failed-at-portkey").reply());

    FeedbackException error = failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error.attempts()).isEqualTo(1);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }
}
