package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.WireExample;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeliconeErrorsTest extends HeliconeClientFixture {
  @Test
  void wrongKeySaysWhatMayBeWrongWithIt() {
    server.enqueue(WireExample.of("helicone/key-read-only.json").reply());
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(401);
    assertThat(error).hasMessageContaining("read-only").hasMessageContaining("eu.api.helicone.ai");
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void idThatTheServerRefusesWith500IsNotTriedAgain() {
    server.enqueue(WireExample.of("helicone/id-of-version-7.json").reply());
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(500);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void usedUpRateLimitSaysWhenToComeBack() {
    server.enqueue(WireExample.of("helicone/too-many-requests.json").reply());
    RejectedFeedbackException error = rejected();
    assertThat(error.retryAfter()).hasValue(Duration.ofSeconds(297));
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void validationsOwnWordsAreInTheBodyAlone() {
    server.enqueue(WireExample.of("helicone/extra-key.json").reply());
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(422);
    assertThat(error.body()).contains("excess property");
    assertThat(error.toString()).doesNotContain("excess property");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":null,\"error\":\"x\"}",
        "{\"error\":null,\"trace\":\"t\"}",
        "{\"message\":\"Internal Server Error\"}",
        "<html>bad gateway</html>",
        "down",
        ""
      })
  void failureOfAnyShapeIsTriedAgainAndMayHaveArrived(String body) {
    server.enqueue(500, body).enqueue(502, body);
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(502);
    assertThat(error.attempts()).isEqualTo(2);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.body()).isEqualTo(body);
  }

  @Test
  void yesWithAnErrorIsARefusal() {
    server.enqueue(201, "{\"data\":null,\"error\":\"no\"}");
    assertThat(rejected()).hasMessageContaining("answered 201").hasMessageContaining("an error");
  }

  private RejectedFeedbackException rejected() {
    return failure(RejectedFeedbackException.class);
  }

  private <E extends FeedbackException> E failure(Class<E> type) {
    return catchThrowableOfType(type, () -> client.submit(Feedback.on(ID).thumbsUp().build()));
  }
}
