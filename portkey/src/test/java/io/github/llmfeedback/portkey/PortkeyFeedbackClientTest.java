package io.github.llmfeedback.portkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnreadableAnswerException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyFeedbackClientTest {
  private static final String KEY = "pk-Zx81-secret";
  private static final String TRACE = "trace-7f3a";
  private static final ClientSettings QUICK =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1)).build();
  private static final String SAVED = "{\"status\":\"success\"}";

  private final LoopbackServer server = new LoopbackServer();
  private PortkeyFeedbackClient client = client(QUICK);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

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
  void requestCarriesTheKeyAndWhoSendsIt() {
    server.enqueue(200, SAVED);

    client.submit(Feedback.on(TRACE).thumbsUp().build());

    Seen seen = server.take();
    assertThat(seen.header("x-portkey-api-key")).isEqualTo(KEY);
    assertThat(seen.header("Authorization")).isEmpty();
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertThat(seen.header("User-Agent")).matches("llm-feedback-java/\\d\\S* \\(portkey\\)");
  }

  @ParameterizedTest
  @CsvSource({"'', /feedback", "/, /feedback", "/v1, /v1/feedback", "/a/v1/, /a/v1/feedback"})
  void baseUrlMayEndInASlash(String path, String expected) {
    server.enqueue(200, SAVED);
    try (PortkeyFeedbackClient other =
        PortkeyFeedbackClient.builder(KEY).baseUrl(server.url() + path).build()) {
      other.submit(Feedback.on(TRACE).thumbsUp().build());
    }

    assertThat(server.take().path()).isEqualTo(expected);
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

  // Batches.

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
  void idsThatCountOtherwiseAreGivenToNobody() {
    server.enqueue(example("accepted-ids-short").reply());

    assertThat(client.submitAll(feedbacks(2)))
        .allSatisfy(outcome -> assertThat(outcome.orThrow().ids()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 405, 415, 422})
  void whereArraysAreRefusedItGoesOneByOneAndRemembersIt(int status) {
    server.answerAll(seen -> isArray(seen) ? Reply.of(status, "{}") : Reply.of(200, SAVED));

    assertThat(client.submitAll(feedbacks(3))).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll())
        .extracting(PortkeyFeedbackClientTest::isArray)
        .containsExactly(true, false, false, false);

    assertThat(client.submitAll(feedbacks(3))).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll()).noneMatch(PortkeyFeedbackClientTest::isArray);
  }

  @Test
  void laterChunksOfTheSameBatchTryNoArrayAgain() {
    reopen(QUICK.newBuilder().concurrency(1).build());
    server.answerAll(seen -> isArray(seen) ? Reply.of(400, "{}") : Reply.of(200, SAVED));

    assertThat(client.submitAll(feedbacks(102))).hasSize(102).allMatch(Outcome::isAccepted);

    assertThat(server.takeAll())
        .hasSize(103)
        .filteredOn(PortkeyFeedbackClientTest::isArray)
        .hasSize(1);
  }

  @Test
  void oneBadItemFailsAloneAndArraysAreTriedAgain() {
    server.answerAll(seen -> traces(seen).contains("t1") ? Reply.of(400, "{}") : saveArrays(seen));

    List<Outcome> outcomes = client.submitAll(feedbacks(3));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    assertThat(outcomes.get(1).error().orElseThrow().mayHaveArrived()).isFalse();
    assertThat(server.takeAll())
        .extracting(PortkeyFeedbackClientTest::isArray)
        .containsExactly(true, false, false, false);

    client.submitAll(List.of(feedback("a"), feedback("b")));
    assertThat(server.takeAll()).hasSize(1).allMatch(PortkeyFeedbackClientTest::isArray);
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

  // Updates.

  @Test
  void updatePutsTheWholeFeedbackWithItsWeightAndKeepsTheId() {
    server
        .enqueue(example("thumbs-up").reply())
        .enqueue(example("update").reply())
        .enqueue(example("update").reply());
    Receipt first = client.submit(Feedback.on(TRACE).thumbsUp().weight(0.5).build());
    Feedback changed = Feedback.on(TRACE).thumbsDown().build();

    Receipt second = client.update(first, changed);
    Receipt third = client.update(second, changed);

    assertThat(second.id()).contains("fb-1");
    assertThat(third.id()).contains("fb-1");
    server.take();
    for (int i = 0; i < 2; i++) {
      Seen seen = server.take();
      assertThat(seen.method()).isEqualTo("PUT");
      assertThat(seen.path()).isEqualTo("/v1/feedback/fb-1");
      WireExample.assertSameJson(seen.body(), "{\"value\":-1,\"weight\":0.5}");
    }
  }

  @Test
  void updateWithAWeightOfItsOwnChangesWhatTheReceiptKnows() {
    server.enqueue(example("update").reply()).enqueue(example("update").reply());

    Receipt updated =
        client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsDown().weight(0.5).build());
    client.update(updated, Feedback.on(TRACE).thumbsDown().build());

    assertThat(server.takeAll()).extracting(Seen::body).allMatch(b -> b.contains("\"weight\":0.5"));
  }

  @Test
  void updateIsRepeatedBecauseItCountsOnce() {
    server.enqueue(example("failed-500").reply()).enqueue(example("update").reply());

    Receipt updated = client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsDown().build());

    assertThat(updated.attempts()).isEqualTo(2);
    assertThat(server.takeAll()).extracting(Seen::method).containsExactly("PUT", "PUT");
  }

  @Test
  void updateIsAccountedForAsASubmit() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(
            () -> client.update(receipt("fb-1"), Feedback.on(TRACE).comment("words").build()));
    assertThat(server.count()).isZero();
  }

  @Test
  void updateOfAnUnknownIdSaysSo() {
    server.enqueue(example("refused-unknown-id").reply());

    FeedbackException error =
        failure(() -> client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error).hasMessageContainingAll("PUT", "404", "AB08", "this id");
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @Test
  void updateRefusesReceiptsThatAreNotItsOwn() {
    Feedback feedback = Feedback.on(TRACE).thumbsUp().build();
    Receipt foreign = Receipt.builder("helicone", TRACE).ids(List.of("fb-1")).build();
    Receipt elsewhere = Receipt.builder("portkey", "other").ids(List.of("fb-1")).build();

    assertThatIllegalArgumentException().isThrownBy(() -> client.update(foreign, feedback));
    assertThatIllegalArgumentException().isThrownBy(() -> client.update(elsewhere, feedback));
    assertThat(client.updateAsync(foreign, feedback)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }

  @Test
  void idOfAReceiptStaysOnePathSegment() {
    server.enqueue(200, SAVED);

    client.update(receipt("../a/b?c#d%2e"), Feedback.on(TRACE).thumbsUp().build());

    assertThat(server.take().path()).isEqualTo("/v1/feedback/..%2Fa%2Fb%3Fc%23d%252e");
  }

  @Test
  void updateIsAPowerThatNeutralCodeCanAskFor() {
    assertThat(client.as(SupportsUpdate.class)).contains(client);
  }

  // Answers.

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

  @Test
  void webPageWithStatus200IsNoYes() {
    server.enqueue(Reply.of(200, "<html>Welcome</html>").header("Content-Type", "text/html"));

    FeedbackException error = failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error)
        .isInstanceOf(UnreadableAnswerException.class)
        .hasMessageContaining("base URL");
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void emptyAnswerIsNoYes() {
    server.enqueue(204, "").enqueue(200, "");

    for (int i = 0; i < 2; i++) {
      FeedbackException error = failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));
      assertThat(error).isInstanceOf(UnreadableAnswerException.class);
      assertThat(error.mayHaveArrived()).isTrue();
    }
  }

  @Test
  void nobodyListeningMeansNothingArrived() {
    server.close();

    UndeliveredFeedbackException error =
        (UndeliveredFeedbackException)
            failure(() -> client.submit(Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error.reason()).isEqualTo(UndeliveredFeedbackException.Reason.UNREACHABLE);
    assertThat(error.mayHaveArrived()).isFalse();
  }

  // Doors.

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t"})
  void blankKeyNamesTheVariable(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.create(key))
        .withMessageContaining("PORTKEY_API_KEY")
        .withMessageContaining("blank");
  }

  @Test
  void missingKeyNamesTheVariable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.fromEnv(environment(Map.of())))
        .withMessageContaining("PORTKEY_API_KEY")
        .withMessageContaining("missing");
  }

  @Test
  void keyThatNoHeaderCanHoldIsRefusedUnprinted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.create(KEY + "\n"))
        .satisfies(e -> assertThat(e.getMessage()).contains("line break").doesNotContain(KEY));
  }

  @Test
  void environmentGivesKeyAndBaseUrl() {
    server.enqueue(200, SAVED);
    Map<String, String> variables =
        Map.of("PORTKEY_API_KEY", "from-env", "PORTKEY_BASE_URL", server.url() + "/own/v1/");

    try (PortkeyFeedbackClient fromEnv = PortkeyFeedbackClient.fromEnv(environment(variables))) {
      fromEnv.submit(Feedback.on(TRACE).thumbsUp().build());
    }

    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/own/v1/feedback");
    assertThat(seen.header("x-portkey-api-key")).isEqualTo("from-env");
  }

  @Test
  void withoutABaseUrlItIsTheHostedOne() {
    Map<String, String> variables = Map.of("PORTKEY_API_KEY", KEY, "PORTKEY_BASE_URL", " ");

    try (PortkeyFeedbackClient hosted = PortkeyFeedbackClient.fromEnv(environment(variables))) {
      assertThat(hosted).hasToString("PortkeyFeedbackClient (portkey at api.portkey.ai)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"api.portkey.ai/v1", "https://h/v1?x=1", "ftp://h", "", "http://portkey.example"})
  void baseUrlThatIsNoneIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.builder(KEY).baseUrl(url).build())
        .withMessageContaining("base URL")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY));
  }

  @Test
  void clientDoesNotPrintItsKey() {
    assertThat(client.toString()).doesNotContain(KEY);
  }

  private PortkeyFeedbackClient client(ClientSettings settings) {
    return PortkeyFeedbackClient.builder(KEY)
        .baseUrl(server.url() + "/v1")
        .settings(settings)
        .build();
  }

  private void reopen(ClientSettings settings) {
    client.close();
    client = client(settings);
  }

  @SuppressWarnings("NullAway") // on JDK 17 it does not see in class files that null is allowed
  private static Function<String, String> environment(Map<String, String> variables) {
    return variables::get;
  }

  private static WireExample example(String name) {
    return WireExample.of("portkey/" + name + ".json");
  }

  private static FeedbackException failure(Runnable act) {
    return catchThrowableOfType(FeedbackException.class, act::run);
  }

  private static Receipt receipt(String id) {
    return Receipt.builder("portkey", TRACE).ids(List.of(id)).build();
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
