package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HumanloopCustomFeedbackTest {
  private final LoopbackServer server = new LoopbackServer();
  private final HumanloopFeedbackClient client =
      HumanloopFeedbackClient.builder("hl-1").baseUrl(server.url()).numericRatings().build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void everyKindOfValueGoesOverTheWireAsItIs() {
    server.enqueue(200, "[{\"id\":\"a1\"},{\"id\":\"a2\"},{\"id\":\"a3\"},{\"id\":\"a4\"}]");

    Receipt receipt =
        client.submitCustom(
            HumanloopCustomFeedback.on("data_1")
                .state("tone", "warm")
                .state("effort", 2.5)
                .state("grounded", true)
                .state("topics", List.of("tax", "law"))
                .author("user-17")
                .occurredAt(Instant.parse("2026-11-21T10:00:00Z"))
                .build());

    assertThat(receipt.ids()).containsExactly("a1", "a2", "a3", "a4");
    assertThat(receipt.target()).isEqualTo("data_1");
    String common =
        ",\"data_id\":\"data_1\",\"user\":\"user-17\",\"created_at\":\"2026-11-21T10:00:00Z\"}";
    assertThat(server.take().body())
        .isEqualTo(
            "[{\"type\":\"tone\",\"value\":\"warm\""
                + common
                + ",{\"type\":\"effort\",\"value\":2.5"
                + common
                + ",{\"type\":\"grounded\",\"value\":true"
                + common
                + ",{\"type\":\"topics\",\"value\":[\"tax\",\"law\"]"
                + common
                + "]");
  }

  /** Humanloop wants the value of all but ratings, comments and corrections named again. */
  @Test
  void customStatementsAreRetractedWithTheVeryValues() throws Exception {
    String seven = Collections.nCopies(7, "{\"id\":\"a\"}").toString();
    server.enqueue(200, seven).enqueue(200, "[]");
    HumanloopCustomFeedback feedback =
        HumanloopCustomFeedback.on("data_1")
            .state("tone", "warm")
            .state("year", "2026")
            .state("tokens", 9007199254740993L)
            .state("effort", 2.5)
            .state("grounded", false)
            .state("topics", List.of("tax", "law"))
            .state("topic", List.of("tax"))
            .build();

    String kept = client.submitCustomAsync(feedback).get(10, TimeUnit.SECONDS).toText();
    client.retract(Receipt.parse(kept));

    server.take();
    assertThat(server.take().body())
        .isEqualTo(
            "[{\"type\":\"tone\",\"value\":\"warm\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"year\",\"value\":\"2026\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"tokens\",\"value\":9007199254740993,\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"effort\",\"value\":2.5,\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"grounded\",\"value\":false,\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"topics\",\"value\":[\"tax\",\"law\"],\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"topic\",\"value\":[\"tax\"],\"data_id\":\"data_1\",\"unset\":true}]");
  }

  /** Written before values of every kind were kept: a type alone, or with its labels. */
  @Test
  void oldReceiptsKeepTheirMeaning() {
    server.enqueue(200, "[]");
    Map<String, List<String>> state = new LinkedHashMap<>();
    state.put("tone", List.of());
    state.put("topics", List.of("tax", "law"));

    client.retract(Receipt.builder("humanloop", "data_1").state(state).build());

    assertThat(server.take().body())
        .isEqualTo(
            "[{\"type\":\"tone\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"topics\",\"value\":\"tax\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"topics\",\"value\":\"law\",\"data_id\":\"data_1\",\"unset\":true}]");
  }

  @Test
  void aReceiptOfALaterVersionIsRefusedBeforeAnythingIsSent() {
    Receipt later =
        Receipt.builder("humanloop", "data_1")
            .state(Map.of("tone\tcolour", List.of("red")))
            .build();
    assertThatThrownBy(() -> client.retract(later))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("written by a later one");
    assertThat(server.count()).isZero();
  }

  @Test
  @SuppressWarnings("NullAway") // null is what a careless caller states
  void whatCannotBeStatedIsRefusedByItsField() {
    HumanloopCustomFeedback.Builder builder = HumanloopCustomFeedback.on("data_1");
    assertThat(field(() -> builder.state("tone", " "))).isEqualTo("value of tone");
    assertThat(field(() -> builder.state("tone", (String) null))).isEqualTo("value of tone");
    assertThat(field(() -> builder.state("tone", List.of()))).isEqualTo("value of tone");
    assertThat(field(() -> builder.state("tone", Double.NaN))).isEqualTo("value of tone");
    assertThat(field(() -> builder.state(" ", true))).isEqualTo("type");
    assertThat(field(() -> builder.state("rating", "good"))).isEqualTo("type");
    assertThat(field(builder::build)).isEqualTo("feedback");
  }

  private static String field(ThrowingCallable refused) {
    return catchThrowableOfType(InvalidFeedbackException.class, refused).field();
  }

  @Test
  void aWholeNumberGoesAsItIs() {
    server.enqueue(200, "{\"id\":\"a1\"}").enqueue(200, "{\"id\":\"a2\"}");

    client.submitCustom(HumanloopCustomFeedback.on("d").state("n", 9007199254740993L).build());
    client.submitCustom(HumanloopCustomFeedback.on("d").state("n", 7).build());

    assertThat(server.take().body())
        .isEqualTo("{\"type\":\"n\",\"value\":9007199254740993,\"data_id\":\"d\"}");
    assertThat(server.take().body()).isEqualTo("{\"type\":\"n\",\"value\":7,\"data_id\":\"d\"}");
  }

  @Test
  void aTargetIsResolvedAsAFeedbacksIs() {
    server.answerAll(seen -> Reply.of(200, "{\"id\":\"a1\"}"));
    Target shared = Target.shared("mine");
    Target named = shared.and(HumanloopFeedbackClient.DATAPOINT, "data_2");

    for (Target target : List.of(Target.of("data_1"), named)) {
      client.submitCustom(HumanloopCustomFeedback.on(target).state("tone", "warm").build());
    }

    assertThat(server.take().texts("data_id")).containsExactly("data_1");
    assertThat(server.take().texts("data_id")).containsExactly("data_2");
    assertThatThrownBy(() -> HumanloopCustomFeedback.on(shared))
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageContaining("humanloop/datapoint");
  }

  @Test
  void whatWasStoredElsewhereIsTakenBackByAReceiptMadeOfIt() {
    server.answerAll(seen -> Reply.of(200, "[]"));
    Receipt stored =
        HumanloopFeedbackClient.receiptOf(
            Feedback.on("data_1").stars(4).comment("whatever").issue("tone").build());
    Receipt custom =
        HumanloopFeedbackClient.receiptOf(
            HumanloopCustomFeedback.on("data_1").state("n", 7).build());

    client.retract(Receipt.parse(stored.toText()));
    client.retract(Receipt.parse(custom.toText()));

    assertThat(server.take().body())
        .isEqualTo(
            "[{\"type\":\"rating\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"comment\",\"data_id\":\"data_1\",\"unset\":true},"
                + "{\"type\":\"issue\",\"value\":\"tone\",\"data_id\":\"data_1\",\"unset\":true}]");
    assertThat(server.take().body())
        .isEqualTo("{\"type\":\"n\",\"value\":7,\"data_id\":\"data_1\",\"unset\":true}");
    assertThat(stored.attempts()).as("none of ours").isZero();
    assertThatThrownBy(
            () ->
                HumanloopFeedbackClient.receiptOf(
                    Feedback.on(Target.shared("a")).thumbsUp().build()))
        .isInstanceOf(UnrepresentableFeedbackException.class);
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatThrownBy(() -> client.submitCustom(absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("feedback must not be null");
    assertThatThrownBy(() -> client.submitCustomAsync(absent()).join())
        .hasCauseInstanceOf(NullPointerException.class)
        .hasMessageContaining("feedback must not be null");
    Target target = absent();
    assertThatThrownBy(() -> HumanloopCustomFeedback.on(target))
        .hasMessage("target must not be null");
    assertThat(server.count()).isZero();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // a caller without its checks
  private static <T> T absent() {
    return null;
  }

  @Test
  void aScoreGoesAsANumberWhereTheProjectAsksForIt() {
    server.enqueue(200, "{\"id\":\"a1\"}").enqueue(200, "{\"id\":\"a2\"}");

    client.submit(Feedback.on("data_1").stars(4).build());
    client.submit(Feedback.on("data_1").score(0.25, 0, 1).build());

    assertThat(server.take().body())
        .isEqualTo("{\"type\":\"rating\",\"value\":4,\"data_id\":\"data_1\"}");
    assertThat(server.take().body())
        .isEqualTo("{\"type\":\"rating\",\"value\":0.25,\"data_id\":\"data_1\"}");
  }

  @Test
  void whatCannotBeRightIsRefusedWithTheFieldAndTheRule() {
    HumanloopCustomFeedback.Builder builder = HumanloopCustomFeedback.on("data_1");

    assertThatThrownBy(() -> HumanloopCustomFeedback.on(" "))
        .hasMessage("datapoint must not be blank");
    assertThatThrownBy(() -> builder.state("", true)).hasMessage("type must not be blank");
    assertThatThrownBy(() -> builder.state("to\tne", true))
        .hasMessage("type must not contain control characters, but has U+0009 at index 2");
    assertThatThrownBy(() -> builder.state("to\u202ene", "warm"))
        .hasMessageStartingWith("type must not contain invisible")
        .hasMessageContaining("U+202E at index 2")
        .hasMessageNotContaining("\u202e");
    assertThatThrownBy(() -> builder.state("to\u001bne", Double.NaN))
        .hasMessageStartingWith("type must not contain control characters");
    assertThatThrownBy(() -> builder.state("to\u001bne", List.of()))
        .hasMessageStartingWith("type must not contain control characters");
    assertThatThrownBy(() -> builder.state("t".repeat(1_001), true))
        .hasMessage("type must have at most 1,000 characters, but has 1,001");
    assertThatThrownBy(() -> builder.state("topics", List.of("tax", "t\u200bx")))
        .hasMessageStartingWith("a label of topics must not contain invisible")
        .hasMessageContaining("U+200B at index 1");
    assertThatThrownBy(() -> builder.state("tone", " "))
        .hasMessage("value of tone must not be blank");
    assertThatThrownBy(() -> builder.state("effort", Double.NaN)).hasMessageContaining("finite");
    assertThatThrownBy(() -> builder.state("topics", List.of())).hasMessageContaining("topics");
    assertThatThrownBy(() -> builder.state("topics", List.of("tax", " ")))
        .hasMessage("a label of topics must not be blank");
    assertThatThrownBy(() -> builder.state("comment", "x")).hasMessageContaining("as a Feedback");
    assertThatThrownBy(() -> HumanloopCustomFeedback.on("data_1\n"))
        .hasMessageContaining("datapoint must not contain control characters");
    assertThatThrownBy(() -> builder.state("tone", "\ud83d"))
        .hasMessageStartingWith("value of tone must be well-formed text");
    assertThatThrownBy(() -> builder.author("user\t17"))
        .hasMessageStartingWith("author must not contain control characters");
    assertThatThrownBy(() -> builder.occurredAt(Instant.MAX))
        .hasMessageStartingWith("occurredAt must be in the years 1 to 9999");
    assertThatThrownBy(builder::build).hasMessageContaining("at least one type");
  }

  /** By the same rule for one, one that nobody waits for, and several. */
  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d", "a\\r\\nb", "\\u001b[31m", "\\u202e1"})
  void anUnfitIdIsUnknownAndTheYesStaysAYes(String unfit) {
    HumanloopCustomFeedback feedback =
        HumanloopCustomFeedback.on("data_1").state("grounded", true).state("tone", "warm").build();
    server.answerAll(seen -> Reply.of(200, "[{\"id\":\"a1\"},{\"id\":\"" + unfit + "\"}]"));

    List<Receipt> receipts =
        List.of(
            client.submitCustom(feedback),
            client.submitCustomAsync(feedback).join(),
            client.submitCustomAll(List.of(feedback)).get(0).orThrow());

    assertThat(receipts).allMatch(receipt -> receipt.ids().isEmpty());
    assertThat(receipts).allMatch(receipt -> receipt.state().size() == 2);
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void valuesStayOutOfItsText() {
    assertThat(HumanloopCustomFeedback.on("data_1").state("tone", "warm").build())
        .hasToString("HumanloopCustomFeedback on data_1 [tone]");
  }
}
