package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.SupportsRetract;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanloopFeedbackClientTest {
  private static final String KEY = "hl_sk_Zx81_secret";
  private static final String DATAPOINT = "data_1";
  private static final ClientSettings QUICK =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1)).build();

  private final LoopbackServer server = new LoopbackServer();
  private HumanloopFeedbackClient client = client(QUICK);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  // One feedback.

  @Test
  void oneStatementIsPostedAsAnObject() {
    server.enqueue(example("thumbs-up").reply());

    Receipt receipt = client.submit(Feedback.on(DATAPOINT).thumbsUp().build());

    assertThat(receipt.provider()).isEqualTo("humanloop");
    assertThat(receipt.target()).isEqualTo(DATAPOINT);
    assertThat(receipt.ids()).containsExactly("ann_1");
    assertThat(receipt.assurance()).isEqualTo(Assurance.ACCEPTED);
    Seen seen = server.take();
    assertThat(seen.method()).isEqualTo("POST");
    assertThat(seen.path()).isEqualTo("/v4/feedback");
    WireExample.assertSameJson(
        seen.body(), "{\"type\":\"rating\",\"value\":\"good\",\"data_id\":\"data_1\"}");
  }

  @Test
  void severalStatementsArePostedAsOneArray() {
    server.answerAll(HumanloopFeedbackClientTest::mirror);

    Receipt receipt =
        client.submit(Feedback.on(DATAPOINT).thumbsUp().comment("Spot on").issue("tone").build());

    assertThat(receipt.ids()).containsExactly("ann_0", "ann_1", "ann_2");
    assertThat(receipt.id()).isEmpty();
    assertThat(types(server.take())).containsExactly("rating", "comment", "issue");
  }

  @Test
  void requestCarriesTheRawKeyAndWhoSendsIt() {
    server.enqueue(example("thumbs-up").reply());

    client.submit(Feedback.on(DATAPOINT).thumbsUp().build());

    Seen seen = server.take();
    assertThat(seen.header("X-API-KEY")).isEqualTo(KEY);
    assertThat(seen.header("Authorization")).isEmpty();
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertThat(seen.header("User-Agent")).matches("llm-feedback-java/\\d\\S* \\(humanloop\\)");
  }

  @ParameterizedTest
  @CsvSource({
    "'', /v4/feedback",
    "/, /v4/feedback",
    "/v4, /v4/feedback",
    "/v4/, /v4/feedback",
    "/own, /own/v4/feedback",
    "/own/v4, /own/v4/feedback"
  })
  void baseUrlMayEndInASlashOrInTheVersion(String path, String expected) {
    server.enqueue(example("thumbs-up").reply());
    try (HumanloopFeedbackClient other =
        HumanloopFeedbackClient.builder(KEY).baseUrl(server.url() + path).build()) {
      other.submit(Feedback.on(DATAPOINT).thumbsUp().build());
    }

    assertThat(server.take().path()).isEqualTo(expected);
  }

  @Test
  void sharedTargetNeedsTheDatapointBesideIt() {
    server.enqueue(example("thumbs-up").reply());
    Target shared = Target.shared("mine");

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> client.submit(Feedback.on(shared).thumbsUp().build()))
        .withMessageContaining("humanloop/datapoint");
    client.submit(
        Feedback.on(shared.and(HumanloopFeedbackClient.DATAPOINT, DATAPOINT)).thumbsUp().build());

    assertThat(datapoints(server.take())).containsExactly(DATAPOINT);
  }

  @Test
  void asyncErrorsComeThroughTheFuture() {
    server.enqueue(example("refused-text").reply());

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> client.submitAsync(Feedback.on(DATAPOINT).thumbsUp().build()).join())
        .withCauseInstanceOf(RejectedFeedbackException.class);
  }

  // What Humanloop cannot keep.

  @Test
  void whatHumanloopCannotKeepIsRefusedBeforeAnyRequest() {
    List<Feedback> all =
        List.of(
            Feedback.on(DATAPOINT).stars(4).build(),
            Feedback.on(DATAPOINT).stars(4).comment("Spot on").build(),
            Feedback.on(DATAPOINT).thumbsUp().weight(0.5).build(),
            Feedback.on(DATAPOINT).thumbsUp().metadata("zone", "eu").build());

    for (Feedback feedback : all) {
      FeedbackException error = failure(() -> client.submit(feedback));
      assertThat(error).isInstanceOf(UnrepresentableFeedbackException.class);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(client.submitAll(all)).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isZero();
  }

  @Test
  void toleratedLossStandsOnTheReceipt() {
    reopen(QUICK.newBuilder().lossPolicy(LossPolicy.tolerating(Part.SCORE)).build());
    server.answerAll(HumanloopFeedbackClientTest::mirror);

    Receipt receipt = client.submit(Feedback.on(DATAPOINT).stars(4).comment("Spot on").build());

    assertThat(receipt.losses())
        .extracting(Loss::part, Loss::kind)
        .containsExactly(tuple(Part.SCORE, Loss.Kind.DROPPED));
    assertThat(types(server.take())).containsExactly("comment");
  }

  // Batches.

  @Test
  void listsGoInArraysOfAHundredFeedbacksWhoseObjectsStayTogether() {
    server.answerAll(HumanloopFeedbackClientTest::mirror);
    List<Feedback> feedbacks =
        IntStream.range(0, 250)
            .mapToObj(i -> Feedback.on("d" + i).thumbsUp().comment("c" + i).build())
            .toList();

    List<Outcome> outcomes = client.submitAll(feedbacks);

    List<Seen> seen = server.takeAll();
    assertThat(seen.stream().map(request -> datapoints(request).size()))
        .containsExactlyInAnyOrder(200, 200, 100);
    assertThat(seen).allSatisfy(HumanloopFeedbackClientTest::assertPairs);
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
        .answerAll(HumanloopFeedbackClientTest::mirror);

    List<Outcome> outcomes = client.submitAll(List.of(pair, bad, last));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    RejectedFeedbackException error =
        (RejectedFeedbackException) outcomes.get(1).error().orElseThrow();
    assertThat(error.status()).isEqualTo(422);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(server.takeAll().stream().map(HumanloopFeedbackClientTest::datapoints))
        .containsExactly(List.of("d0", "d0", "d1", "d1", "d2"), List.of("d0", "d0", "d2"));
  }

  @Test
  void itemThatNothingNamesIsFoundBySplitting() {
    server.answerAll(seen -> datapoints(seen).contains("d5") ? Reply.of(422, "{}") : mirror(seen));

    List<Outcome> outcomes = client.submitAll(feedbacks(8));

    assertThat(outcomes.stream().filter(o -> !o.isAccepted()).map(Outcome::index))
        .containsExactly(5L);
    Map<String, Long> stored =
        server.takeAll().stream()
            .map(HumanloopFeedbackClientTest::datapoints)
            .filter(datapoints -> !datapoints.contains("d5"))
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(datapoint -> datapoint, Collectors.counting()));
    assertThat(stored).hasSize(7).allSatisfy((datapoint, times) -> assertThat(times).isEqualTo(1));
  }

  @Test
  void refusedChunkThatMustNotBeSplitMayHaveArrived() {
    reopen(QUICK.newBuilder().splitRefused(false).build());
    server.enqueue(example("refused-items").reply());

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

  // Retraction.

  @Test
  void retractTakesBackEveryStatementOfTheReceipt() {
    server
        .answerAll(HumanloopFeedbackClientTest::mirror)
        .enqueue(example("everything").reply())
        .enqueue(example("retract").reply());
    Receipt receipt =
        client.submit(
            Feedback.on(DATAPOINT)
                .thumbsUp()
                .comment("Spot on")
                .author("user-9")
                .issue("tone")
                .issue("length")
                .action("copy")
                .build());

    Receipt gone = client.retract(receipt);

    assertThat(gone.target()).isEqualTo(DATAPOINT);
    assertThat(gone.ids()).isEmpty();
    assertThat(gone.state()).isEmpty();
    server.take();
    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/v4/feedback");
    WireExample.assertSameJson(
        seen.body(),
        """
        [{"type":"rating","data_id":"data_1","unset":true},
         {"type":"comment","data_id":"data_1","unset":true},
         {"type":"issue","value":"tone","data_id":"data_1","unset":true},
         {"type":"issue","value":"length","data_id":"data_1","unset":true},
         {"type":"action","value":"copy","data_id":"data_1","unset":true}]
        """);
    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(gone));
  }

  @Test
  void retractIsRepeatedBecauseItCountsOnce() {
    server.enqueue(example("failed-500").reply()).enqueue(example("retract-one").reply());

    Receipt gone = client.retractAsync(rated()).join();

    assertThat(gone.attempts()).isEqualTo(2);
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void retractRefusesAnothersReceipt() {
    Receipt foreign = Receipt.builder("portkey", DATAPOINT).build();

    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(foreign));
    assertThat(client.retractAsync(foreign)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }

  @Test
  void retractIsAPowerAndUpdateIsNone() {
    assertThat(client.as(SupportsRetract.class)).contains(client);
    assertThat(client.as(SupportsUpdate.class)).isEmpty();
  }

  // Answers.

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
  void webPageWithStatus200IsNoYes() {
    server.enqueue(Reply.of(200, "<html>Goodbye</html>").header("Content-Type", "text/html"));

    FeedbackException error =
        failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(error)
        .isInstanceOf(UnreadableAnswerException.class)
        .hasMessageContaining("base URL");
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void emptyOrForeignAnswerIsNoYes() {
    server.enqueue(204, "").enqueue(200, "").enqueue(example("not-humanloop").reply());

    for (int i = 0; i < 3; i++) {
      FeedbackException error =
          failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));
      assertThat(error).isInstanceOf(UnreadableAnswerException.class);
      assertThat(error.mayHaveArrived()).isTrue();
    }
  }

  @Test
  void nobodyListeningMeansNothingArrived() {
    server.close();

    UndeliveredFeedbackException error =
        (UndeliveredFeedbackException)
            failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(error.reason()).isEqualTo(UndeliveredFeedbackException.Reason.UNREACHABLE);
    assertThat(error.mayHaveArrived()).isFalse();
  }

  // Doors.

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t"})
  void blankKeyNamesTheVariable(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HumanloopFeedbackClient.create(key))
        .withMessageContaining("HUMANLOOP_API_KEY")
        .withMessageContaining("blank");
  }

  @Test
  void missingKeyNamesTheVariable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HumanloopFeedbackClient.fromEnv(environment(Map.of())))
        .withMessageContaining("HUMANLOOP_API_KEY")
        .withMessageContaining("missing");
  }

  @Test
  void keyThatNoHeaderCanHoldIsRefusedUnprinted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HumanloopFeedbackClient.create(KEY + "\n"))
        .satisfies(e -> assertThat(e.getMessage()).contains("line break").doesNotContain(KEY));
  }

  @Test
  void environmentGivesKeyAndBaseUrl() {
    server.enqueue(example("thumbs-up").reply());
    Map<String, String> variables =
        Map.of("HUMANLOOP_API_KEY", "from-env", "HUMANLOOP_BASE_URL", server.url() + "/own/v4/");

    try (HumanloopFeedbackClient fromEnv =
        HumanloopFeedbackClient.fromEnv(environment(variables))) {
      fromEnv.submit(Feedback.on(DATAPOINT).thumbsUp().build());
    }

    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/own/v4/feedback");
    assertThat(seen.header("X-API-KEY")).isEqualTo("from-env");
  }

  @Test
  void withoutABaseUrlItIsTheHostedOne() {
    Map<String, String> variables = Map.of("HUMANLOOP_API_KEY", KEY, "HUMANLOOP_BASE_URL", " ");

    try (HumanloopFeedbackClient hosted = HumanloopFeedbackClient.fromEnv(environment(variables))) {
      assertThat(hosted).hasToString("HumanloopFeedbackClient (humanloop at api.humanloop.com)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "humanloop.example/v4",
        "https://h/v4?x=1",
        "ftp://h",
        "",
        "http://humanloop.example"
      })
  void baseUrlThatIsNoneIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HumanloopFeedbackClient.builder(KEY).baseUrl(url).build())
        .withMessageContaining("base URL")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY));
  }

  @Test
  void clientDoesNotPrintItsKey() {
    assertThat(client.toString()).doesNotContain(KEY);
  }

  private HumanloopFeedbackClient client(ClientSettings settings) {
    return HumanloopFeedbackClient.builder(KEY).baseUrl(server.url()).settings(settings).build();
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
    return WireExample.of("humanloop/" + name + ".json");
  }

  private static FeedbackException failure(Runnable act) {
    return catchThrowableOfType(FeedbackException.class, act::run);
  }

  private static Receipt rated() {
    return Receipt.builder("humanloop", DATAPOINT).state(Map.of("rating", List.of())).build();
  }

  private static List<Feedback> feedbacks(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Feedback.on("d" + i).thumbsUp().build())
        .toList();
  }

  private static List<String> datapoints(Seen seen) {
    return texts(seen, "data_id");
  }

  private static List<String> types(Seen seen) {
    return texts(seen, "type");
  }

  private static List<String> texts(Seen seen, String field) {
    return Pattern.compile("\"" + field + "\":\"([^\"]+)\"")
        .matcher(seen.body())
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  private static void assertPairs(Seen seen) {
    List<String> datapoints = datapoints(seen);
    for (int i = 0; i < datapoints.size(); i += 2) {
      assertThat(datapoints.get(i)).isEqualTo(datapoints.get(i + 1));
    }
  }

  /** Records as Humanloop gives them, in the shape of the request. */
  private static Reply mirror(Seen seen) {
    List<String> datapoints = datapoints(seen);
    List<String> records =
        IntStream.range(0, datapoints.size())
            .mapToObj(i -> "{\"id\":\"ann_" + i + "\",\"data_id\":\"" + datapoints.get(i) + "\"}")
            .toList();
    return Reply.of(200, seen.body().startsWith("[") ? records.toString() : records.get(0));
  }
}
