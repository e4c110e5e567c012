package io.github.llmfeedback.spi;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masking applies to text from outside, and never to this library's own sentences. */
class MaskTest {
  @AutoClose private final LoopbackServer server = new LoopbackServer();

  private FeedbackException failure(String key, Reply reply) {
    server.answerAll(seen -> reply);
    try (ToyClient client =
        new ToyClient(
            server.url(), key, new ToyDialect(), ToyClient.impatient().maxRetries(0).build())) {
      return catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "wrong", "check", "a", "API key", "feedback", "provider"})
  void ourOwnSentencesAreWholeWhateverTheKeyIs(String key) {
    assertThat(failure(key, Reply.of(401, "{}"))).hasMessageEndingWith(": check the API key");
    assertThat(failure(key, Reply.of(503, "{}")))
        .hasMessageContaining(": the provider is busy")
        .hasMessageEndingWith("; the feedback may have arrived");
    assertThat(failure(key, Reply.of(200, "<html>").header("Content-Type", "text/html")))
        .hasMessageEndingWith(
            ", but this is not a response of the provider; check the base URL; the feedback may have"
                + " arrived");
  }

  @Test
  void whatTheServerRepeatsOfALongKeyIsMaskedInBodyCodeIdAndRedirect() {
    String key = "a-l0ng-key.4711";
    RejectedFeedbackException refused =
        (RejectedFeedbackException)
            failure(
                key,
                Reply.of(302, "no to " + key)
                    .header("x-request-id", key)
                    .header("Location", "https://" + key + ".example/"));
    assertThat(refused.body()).isEqualTo("no to ██");
    assertThat(refused.requestId()).isEmpty();
    assertThat(refused)
        .hasMessageContaining(
            ": a redirect to another place is not followed, so that the key and the feedback reach no other host;"
                + " check the base URL");
  }

  @Test
  void whatTheServerRepeatsOfTheWordsIsNeitherCodeNorIdNorHost() {
    Feedback wordy = Feedback.on("a").comment("Call-4711.private").build();
    server.answerAll(
        seen ->
            Reply.of(302, "")
                .header("x-request-id", "CALL-4711.private")
                .header("Location", "https://call-4711.example/"));
    try (ToyClient client =
        new ToyClient(server.url(), new ToyDialect(), ToyClient.impatient().build())) {
      RejectedFeedbackException refused =
          catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(wordy));
      assertThat(refused.requestId()).isEmpty();
      assertThat(refused).hasMessageContaining(": a redirect to another place is not followed");
    }
  }
}
