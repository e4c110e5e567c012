package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.contract.WireExample.assertSameJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeliconeFeedbackClientTest extends HeliconeClientFixture {
  @Test
  void ratingIsPostedToItsRequest() {
    server.enqueue(201, YES);

    Receipt receipt = client.submit(Feedback.on(ID).thumbsUp().build());

    assertThat(receipt.provider()).isEqualTo("helicone");
    assertThat(receipt.target()).isEqualTo(ID);
    assertThat(receipt.ids()).isEmpty();
    assertThat(receipt.attempts()).isEqualTo(1);
    Seen seen = server.take();
    assertThat(seen.method()).isEqualTo("POST");
    assertThat(seen.path()).isEqualTo("/v1/request/" + ID + "/feedback");
    assertThat(seen.header("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(seen.header("Helicone-Auth")).isEmpty();
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertSameJson(seen.body(), "{\"rating\":true}");
  }

  @Test
  void yesMeansAcceptedAndNotStored() {
    server.enqueue(201, YES);
    Receipt receipt = client.submit(Feedback.on(ID).thumbsDown().build());
    assertThat(receipt.assurance()).isEqualTo(Assurance.ACCEPTED);
    assertSameJson(server.take().body(), "{\"rating\":false}");
  }

  @Test
  void upperCaseIdTravelsInLowerCase() {
    server.enqueue(201, YES);
    String id = UUID.randomUUID().toString();

    Receipt receipt = client.submit(Feedback.on(id.toUpperCase(Locale.ROOT)).thumbsUp().build());

    assertThat(receipt.target()).isEqualTo(id);
    assertThat(server.take().path()).isEqualTo("/v1/request/" + id + "/feedback");
  }

  @Test
  void idOfThePublicPageIsRefusedBeforeTheNetwork() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> client.submit(Feedback.on("req_abc123def456").thumbsUp().build()))
        .withMessageContaining("Helicone-Id");
    assertThat(server.count()).isZero();
  }

  @Test
  void ratingsOfOneRequestGoInOrderAndAtLeastASecondApart() {
    Queue<Long> times = new ConcurrentLinkedQueue<>();
    server.answerAll(
        seen -> {
          times.add(System.nanoTime());
          return Reply.of(201, YES);
        });

    CompletableFuture<Receipt> first = client.submitAsync(Feedback.on(ID).thumbsUp().build());
    CompletableFuture<Receipt> second = client.submitAsync(Feedback.on(ID).thumbsDown().build());
    CompletableFuture.allOf(first, second).join();

    assertThat(server.takeAll())
        .extracting(Seen::body)
        .containsExactly("{\"rating\":true}", "{\"rating\":false}");
    assertThat(List.copyOf(times)).satisfies(t -> assertSecondApart(t.get(0), t.get(1)));
  }

  private static void assertSecondApart(long first, long second) {
    assertThat(Duration.ofNanos(second - first)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void updatePostsTheNewRatingAgain() {
    server.answerAll(seen -> Reply.of(201, YES));

    Receipt first = client.submit(Feedback.on(ID).thumbsUp().build());
    Receipt changed = client.update(first, Feedback.on(ID).thumbsDown().build());

    assertThat(changed.target()).isEqualTo(ID);
    assertThat(changed.state()).isEqualTo(Map.of("rating", List.of("false")));
    List<Seen> seen = server.takeAll();
    assertThat(seen).extracting(Seen::path).containsOnly("/v1/request/" + ID + "/feedback");
    assertThat(seen)
        .extracting(Seen::body)
        .containsExactly("{\"rating\":true}", "{\"rating\":false}");
  }

  @Test
  void receiptOfARatingFromBeforeThisLibraryIsThatOfASubmit() {
    server.answerAll(seen -> Reply.of(201, YES));
    String upper = "ABCDEFAB-1111-4111-8111-111111111111";

    Receipt made = HeliconeFeedbackClient.receiptOf(upper, Rating.Thumbs.UP);

    assertThat(made).isEqualTo(client.submit(Feedback.on(upper).thumbsUp().build()));
    assertThat(made.attempts()).isZero();
    assertThat(made.assurance()).isEqualTo(Assurance.ACCEPTED);
    Receipt changed = client.update(made, Feedback.on(upper).thumbsDown().build());
    assertThat(changed).isEqualTo(HeliconeFeedbackClient.receiptOf(upper, Rating.Thumbs.DOWN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "..",
        "req_abc123def456",
        "11111111-1111-7111-8111-111111111111",
        "00000000-0000-0000-0000-000000000000"
      })
  void receiptOfAnIdThatHeliconeCannotTakeIsRefused(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeliconeFeedbackClient.receiptOf(id, Rating.Thumbs.UP))
        .withMessage(
            "requestId must be a UUID of version 1 to 5, as the response header Helicone-Id gives"
                + " it, but is '"
                + id
                + "'");
  }

  @Test
  void receiptOfNothingIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> HeliconeFeedbackClient.receiptOf(Absent.absent(), Rating.Thumbs.UP))
        .withMessage("requestId must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> HeliconeFeedbackClient.receiptOf(ID, Absent.absent()))
        .withMessage("rating must not be null");
  }

  @Test
  void listIsOneCallForEach() {
    server.answerAll(seen -> Reply.of(201, YES));
    List<String> ids = Stream.generate(() -> UUID.randomUUID().toString()).limit(20).toList();

    List<Outcome> outcomes =
        client.submitAll(ids.stream().map(id -> Feedback.on(id).thumbsUp().build()).toList());

    assertThat(outcomes).extracting(o -> o.orThrow().target()).containsExactlyElementsOf(ids);
    assertThat(server.takeAll())
        .extracting(Seen::path)
        .containsExactlyInAnyOrderElementsOf(
            ids.stream().map(id -> "/v1/request/" + id + "/feedback").toList());
  }

  @Test
  void oneBadIdInAListCostsTheOthersNothing() {
    server.answerAll(seen -> Reply.of(201, YES));

    List<Outcome> outcomes =
        client.submitAll(
            List.of(
                Feedback.on("req_abc123def456").thumbsUp().build(),
                Feedback.on(ID).thumbsUp().build()));

    assertThat(outcomes.get(0).error()).containsInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(outcomes.get(1).isAccepted()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oai.helicone.ai",
        "gateway.helicone.ai",
        "ai-gateway.helicone.ai",
        "anthropic.helicone.ai",
        "helicone.ai",
        "api.openai.com"
      })
  void hostOfAnLlmProxyIsRefused(String host) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> HeliconeFeedbackClient.builder(KEY).baseUrl("https://" + host + "/v1").build())
        .withMessageContaining(host + " takes LLM calls and no feedback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"api.helicone.ai", "eu.api.helicone.ai", "helicone.ai.example"})
  void hostOfTheApiIsTaken(String host) {
    try (HeliconeFeedbackClient other =
        HeliconeFeedbackClient.builder(KEY).baseUrl("https://" + host).build()) {
      assertThat(other).hasToString("HeliconeFeedbackClient (helicone at " + host + ")");
    }
  }
}
