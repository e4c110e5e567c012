package io.github.llmfeedback.baseplate;

import static io.github.llmfeedback.contract.WireExample.assertSameJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseplateFeedbackClientTest {
  private static final String KEY = "bp-s3cret";
  private static final ClientSettings SETTINGS =
      ClientSettings.builder()
          .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
          .maxRetries(1)
          .build();

  private final LoopbackServer server = new LoopbackServer();
  private final BaseplateFeedbackClient client = client("ep-1");

  private BaseplateFeedbackClient client(String endpointId) {
    return BaseplateFeedbackClient.builder(KEY, endpointId)
        .baseUrl(server.url() + "/api")
        .settings(SETTINGS)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void oneRatingPatchesTheEndpointsLogsWithThePairAlone() {
    server.enqueue(WireExample.of("baseplate/rated-up.json").reply());

    Receipt receipt = client.submit(Feedback.on("usage-1").thumbsUp().build());

    assertThat(receipt.provider()).isEqualTo("baseplate");
    assertThat(receipt.target()).isEqualTo("usage-1");
    Seen seen = server.take();
    assertThat(seen.method()).isEqualTo("PATCH");
    assertThat(seen.path()).isEqualTo("/api/endpoints/ep-1/logs");
    assertThat(seen.header("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertSameJson(seen.body(), "{\"positive_rating\":true,\"usage_id\":\"usage-1\"}");
  }

  @Test
  void severalRatingsAreOneListOfLogs() {
    server.enqueue(200, "[{\"id\":\"1\"},{\"id\":\"2\"}]");

    List<Outcome> outcomes =
        client.submitAll(
            List.of(
                Feedback.on("usage-1").thumbsUp().build(),
                Feedback.on("usage-2").thumbsDown().build()));

    assertThat(outcomes).allMatch(Outcome::isAccepted);
    assertSameJson(
        server.take().body(),
        """
        {"logs":[{"positive_rating":true,"usage_id":"usage-1"},
                 {"positive_rating":false,"usage_id":"usage-2"}]}
        """);
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void ratingsOfOneCompletionNeverShareACallAndKeepTheirOrder() {
    server.answerAll(seen -> Reply.of(200, "{\"success\":true}"));

    List<Outcome> outcomes =
        client.submitAll(
            List.of(
                Feedback.on("usage-1").thumbsUp().build(),
                Feedback.on("usage-2").thumbsUp().build(),
                Feedback.on("usage-1").thumbsDown().build()));

    assertThat(outcomes).allMatch(Outcome::isAccepted);
    List<String> bodies = server.takeAll().stream().map(Seen::body).toList();
    assertThat(bodies).allSatisfy(body -> assertThat(body).containsOnlyOnce("usage-1"));
    assertThat(bodies).hasSize(2);
    assertSameJson(bodies.get(1), "{\"positive_rating\":false,\"usage_id\":\"usage-1\"}");
  }

  @Test
  void updatePatchesTheNewRatingAgain() {
    server.answerAll(seen -> Reply.of(200, "{\"id\":\"1\"}"));

    Receipt first = client.submit(Feedback.on("usage-1").thumbsUp().build());
    Receipt changed = client.update(first, Feedback.on("usage-1").thumbsDown().build());

    assertThat(changed.state()).isEqualTo(Map.of("rating", List.of("false")));
    assertThat(server.take().body()).contains("true");
    assertSameJson(server.take().body(), "{\"positive_rating\":false,\"usage_id\":\"usage-1\"}");
  }

  @Test
  void ratingStoredElsewhereIsUpdatedByAReceiptMadeOfItsId() {
    server.answerAll(seen -> Reply.of(200, "{\"id\":\"1\"}"));
    Receipt stored = BaseplateFeedbackClient.receiptOf("usage-1");

    client.update(Receipt.parse(stored.toText()), Feedback.on("usage-1").thumbsDown().build());

    assertSameJson(server.take().body(), "{\"positive_rating\":false,\"usage_id\":\"usage-1\"}");
    assertThat(stored.attempts()).as("none of ours").isZero();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> BaseplateFeedbackClient.receiptOf(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a%2Fb",
    "../x, ..%2Fx",
    "%2e%2e, %252e%252e",
    "a b, a%20b",
    "a?b#c, a%3Fb%23c",
    "..., ...",
    "'a,b;c', a%2Cb%3Bc",
  })
  void endpointIdStaysOneSegmentOfThePath(String endpointId, String segment) {
    server.enqueue(200, "{\"id\":\"1\"}");
    try (BaseplateFeedbackClient odd = client(endpointId)) {
      odd.submit(Feedback.on("usage-1").thumbsUp().build());
    }
    assertThat(server.take().path()).isEqualTo("/api/endpoints/" + segment + "/logs");
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "\ud83d"})
  void endpointIdThatWouldWalkOrChangeIsRefused(String endpointId) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> BaseplateFeedbackClient.create(KEY, endpointId))
        .withMessageContaining("endpoint id");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " \n"})
  void missingEndpointIdNamesItsVariable(@Nullable String endpointId) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> BaseplateFeedbackClient.create(KEY, endpointId))
        .withMessageContaining("BASEPLATE_ENDPOINT_ID")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(KEY));
  }

  @Test
  void wrongKeySaysWhatMayBeWrongWithIt() {
    server.enqueue(WireExample.of("baseplate/key-wrong.json").reply());
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(401);
    assertThat(error).hasMessageContaining("another project");
    assertThat(error.body()).contains("Unauthorized for project");
    assertThat(error.toString()).doesNotContain("Unauthorized for project");
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 405})
  void serviceThatIsGoneSaysSo(int status) {
    server.enqueue(status, "");
    assertThat(rejected()).hasMessageContaining("whether Baseplate still runs is unknown");
  }

  @Test
  void parkedPageIsNoYes() {
    server.enqueue(WireExample.of("baseplate/parked-page.json").reply());
    assertThat(failure(UnreadableResponseException.class)).hasMessageContaining("base URL");
  }

  @Test
  void plainTextIsNoYes() {
    server.enqueue(Reply.of(200, "OK").header("Content-Type", "text/plain"));
    assertThat(failure(UnreadableResponseException.class).mayHaveArrived()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"error\":\"x\"}", "<html>bad gateway</html>", "down", ""})
  void failureOfAnyShapeIsTriedAgainAndMayHaveArrived(String body) {
    server.enqueue(500, body).enqueue(502, body);
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(502);
    assertThat(error.attempts()).isEqualTo(2);
    assertThat(error.mayHaveArrived()).isTrue();
  }

  private RejectedFeedbackException rejected() {
    return failure(RejectedFeedbackException.class);
  }

  private <E extends FeedbackException> E failure(Class<E> type) {
    return catchThrowableOfType(
        type, () -> client.submit(Feedback.on("usage-1").thumbsUp().build()));
  }
}
