package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.TRACE;
import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyFeedbackClientTest extends PortkeyClientFixture {
  // One feedback.

  @Test
  void feedbackIsPostedAsAnObject() {
    server.enqueue(example("thumbs-up").reply());

    Receipt receipt = client.submit(Feedback.on(TRACE).thumbsUp().build());

    assertThat(receipt.provider()).isEqualTo("portkey");
    assertThat(receipt.target()).isEqualTo(TRACE);
    assertThat(receipt.id()).contains("fb-1");
    assertThat(receipt.assurance()).isEqualTo(Assurance.ACCEPTED);
    assertThat(receipt.attempts()).isEqualTo(1);
    Seen seen = server.take();
    assertThat(seen.method()).isEqualTo("POST");
    assertThat(seen.path()).isEqualTo("/v1/feedback");
    WireExample.assertSameJson(seen.body(), "{\"trace_id\":\"trace-7f3a\",\"value\":1}");
  }

  @Test
  void nullIsAValueOfTheMetadata() {
    server.enqueue(200, SAVED);
    Map<String, Object> inner = new HashMap<>(Map.of("unit", "EUR"));
    inner.put("price", null);

    client.submit(
        Feedback.on(TRACE)
            .thumbsUp()
            .comment(" ")
            .metadata("plan", null)
            .metadata("order", List.of(inner, Arrays.asList(null, 1)))
            .build());

    WireExample.assertSameJson(
        server.take().body(),
        """
        {"trace_id": "trace-7f3a", "value": 1,
         "metadata": {"plan": null, "order": [{"unit": "EUR", "price": null}, [null, 1]]}}
        """);
  }

  @Test
  void requestCarriesTheKeyAndWhoSendsIt() {
    server.enqueue(200, SAVED);

    client.submit(Feedback.on(TRACE).thumbsUp().build());

    Seen seen = server.take();
    assertThat(seen.header("x-portkey-api-key")).isEqualTo(KEY);
    assertThat(seen.header("Authorization")).isEmpty();
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertThat(seen.header("User-Agent")).matches("llm-feedback-java/\\d\\S* \\(portkey\\)");
  }

  @Test
  void sharedAndNamedTargetsReachTheTrace() {
    server.enqueue(200, SAVED).enqueue(200, SAVED);

    client.submit(Feedback.on(Target.shared("mine")).thumbsUp().build());
    client.submit(
        Feedback.on(Target.shared("mine").and(PortkeyFeedbackClient.TRACE, "named"))
            .thumbsUp()
            .build());

    assertThat(server.take().body()).contains("\"trace_id\":\"mine\"");
    assertThat(server.take().body()).contains("\"trace_id\":\"named\"");
  }

  @Test
  void traceComesFromTheHeaderOfTheLlmsResponse() {
    assertThat(
            Target.fromHeaders(
                Map.of("X-Portkey-Trace-Id", List.of(TRACE)), PortkeyFeedbackClient.TRACE))
        .contains(Target.of(PortkeyFeedbackClient.TRACE, TRACE));
  }

  @Test
  void asyncErrorsComeThroughTheFuture() {
    server.enqueue(example("refused-key").reply());

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> client.submitAsync(Feedback.on(TRACE).thumbsUp().build()).join())
        .withCauseInstanceOf(RejectedFeedbackException.class);
  }

  // What Portkey cannot keep.

  @Test
  void whatPortkeyCannotKeepIsRefusedBeforeAnyRequest() {
    List<Feedback> all =
        List.of(
            Feedback.on(TRACE).comment("no rating").build(),
            Feedback.on(TRACE).label("excellent").build(),
            Feedback.on(TRACE).thumbsUp().label("excellent").correction("x").build(),
            Feedback.on(TRACE).thumbsUp().correction("x").build(),
            Feedback.on(TRACE).thumbsUp().issue("x").build(),
            Feedback.on(TRACE).thumbsUp().action("x").build(),
            Feedback.on(TRACE).thumbsUp().occurredAt(Instant.EPOCH).build(),
            Feedback.on(TRACE).thumbsUp().comment("x").metadata("text", "y").build());

    for (Feedback feedback : all) {
      FeedbackException error = failure(() -> client.submit(feedback));
      assertThat(error).isInstanceOf(UnrepresentableFeedbackException.class);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(client.submitAll(all)).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isZero();
  }

  @Test
  void roundedScoreStandsOnTheReceiptAndExactRefusesIt() {
    server.enqueue(200, SAVED);
    Feedback feedback = Feedback.on(TRACE).score(3.3, 1, 5).build();

    assertThat(client.submit(feedback).losses()).hasSize(1);
    reopen(QUICK.newBuilder().lossPolicy(LossPolicy.EXACT).build());
    UnrepresentableFeedbackException refused =
        (UnrepresentableFeedbackException) failure(() -> client.submit(feedback));

    assertThat(refused.losses()).extracting("part").containsExactly(Part.SCORE);
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "content-length", "X-Portkey-API-Key"})
  void headerThatIsTheClientsIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.builder(KEY).header(name, "mine").build())
        .withMessage("the header " + name + " is set by the client itself; leave it out");
  }

  @Test
  void keysHeaderIsFreeWhereTheKeyStandsElsewhere() {
    PortkeyFeedbackClient.builder(KEY).header("Authorization", "Basic x").build().close();
    PortkeyFeedbackClient.builder(KEY).bearer().header("x-portkey-api-key", "x").build().close();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PortkeyFeedbackClient.builder(KEY).bearer().header("authorization", "x").build())
        .withMessageStartingWith("the header authorization is set by the client itself");
  }

  @Test
  void headerGivenTwiceIsTheLast() {
    server.enqueue(200, SAVED);
    try (PortkeyFeedbackClient other =
        PortkeyFeedbackClient.builder(KEY)
            .baseUrl(server.url())
            .header("X-Team", "first")
            .header("x-team", "last")
            .build()) {
      other.submit(Feedback.on(TRACE).thumbsUp().build());
    }
    assertThat(server.take().header("X-Team")).isEqualTo("last");
  }

  @SuppressWarnings("NullAway") // what a caller in another language, or without its checks, gives
  private static String absent() {
    return null;
  }

  @Test
  void nullHeaderIsRefusedByName() {
    PortkeyFeedbackClient.Builder builder = PortkeyFeedbackClient.builder(KEY);
    assertThatNullPointerException()
        .isThrownBy(() -> builder.header(absent(), "x"))
        .withMessage("a header's name must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.header("x-team", absent()))
        .withMessage("header x-team must not be null");
  }
}
