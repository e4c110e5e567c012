package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanloopDialectTest {
  private static final String DATAPOINT = "data_1";

  private final HumanloopDialect dialect = new HumanloopDialect(false);
  private final Losses losses = new Losses("humanloop");

  @Test
  void everyExampleHasASourceAndEverySourceAnExample() {
    WireExample.assertSourced("humanloop");
  }

  // Encoding.

  @Test
  void thumbsUpIsGood() {
    example("thumbs-up").assertAsks(create(Feedback.on(DATAPOINT).thumbsUp().build()));
  }

  @Test
  void thumbsDownIsBad() {
    example("thumbs-down").assertAsks(create(Feedback.on(DATAPOINT).thumbsDown().build()));
  }

  @Test
  void labelIsARatingByItsName() {
    example("label").assertAsks(create(Feedback.on(DATAPOINT).label("excellent").build()));
  }

  @Test
  void oneFeedbackIsSeveralObjectsOnOneDatapointByOnePersonAtOneTime() {
    WireRequest request = create(everything());

    example("everything").assertAsks(request);
    assertThat(request.json())
        .containsSubsequence("rating", "comment", "correction", "tone", "length", "action");
    assertThat(losses.noted()).isEmpty();
  }

  @Test
  void whatIsUnsetIsLeftOutAndNeverNull() {
    assertThat(create(Feedback.on(DATAPOINT).comment("Spot on").build()).json())
        .isEqualTo("{\"type\":\"comment\",\"value\":\"Spot on\",\"data_id\":\"data_1\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901234Z", "0001-01-01T00:00:00Z"})
  void timeIsUtcWithZ(String time) {
    assertThat(
            create(Feedback.on(DATAPOINT).thumbsUp().occurredAt(Instant.parse(time)).build())
                .json())
        .contains("\"created_at\":\"" + time + "\"");
  }

  @Test
  void scoreIsRefused() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> encode(Feedback.on(DATAPOINT).stars(4).build()))
        .withMessageContaining("no numbers");
  }

  @Test
  void datapointTravelsUnchanged() {
    String odd = "log_/7?#%2e☃";

    assertThat(dialect.encode(Feedback.on(odd).thumbsUp().build(), odd, losses))
        .extracting(HumanloopWire::dataId)
        .containsExactly(odd);
  }

  // Requests.

  @Test
  void severalFeedbacksAreOneFlatArray() {
    example("list").assertAsks(dialect.request(two()));
  }

  @Test
  void createMustNotBeRepeated() {
    assertThat(dialect.request(two()).isRepeatable()).isFalse();
  }

  @Test
  void receiptRemembersTypesAndLabelsButNoWordsAndNoPeople() {
    assertThat(dialect.state(encode(everything())))
        .isEqualTo(
            Map.of(
                "rating", List.of(),
                "comment", List.of(),
                "correction", List.of(),
                "issue", List.of("tone", "length"),
                "action", List.of("copy")));
  }

  @Test
  void retractNamesTheLabelOfIssuesAndActionsOnly() {
    List<HumanloopWire> objects =
        encode(
            Feedback.on(DATAPOINT)
                .thumbsUp()
                .comment("Spot on")
                .author("user-9")
                .issue("tone")
                .issue("length")
                .action("copy")
                .build());

    WireRequest request = retract(dialect.state(objects));

    example("retract").assertAsks(request);
    assertThat(request.isRepeatable()).isTrue();
  }

  @Test
  void retractOfOneStatementIsAnObject() {
    example("retract-one").assertAsks(retract(Map.of("rating", List.of())));
  }

  @Test
  void retractOfNothingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> retract(Map.of()))
        .withMessageContaining("nothing that could be retracted");
  }

  // Verdicts.

  @ParameterizedTest
  @CsvSource({
    "thumbs-up, ACCEPTED,,",
    "list, ACCEPTED,,",
    "retract, ACCEPTED,,",
    "retract-one, ACCEPTED,,",
    "not-humanloop, UNREADABLE,, base URL",
    "error-as-success, REFUSED,, the body names an error",
    "refused-items, REFUSED, value_error, see body()",
    "refused-field, REFUSED, value_error, see body()",
    "refused-object, REFUSED, 404, the datapoint is unknown",
    "refused-text, REFUSED,, no right",
    "refused-bare, REFUSED,, see body()",
    "refused-gone, REFUSED,, ended on 2025-09-08",
    "refused-web-page, REFUSED,, ended on 2025-09-08",
    "busy-rate-limit, BUSY, rate_limit, too many requests",
    "failed-503, BUSY,, busy",
    "failed-500, UNCERTAIN,, try again later",
    "failed-529, UNCERTAIN,, busy"
  })
  void answerIsUnderstood(String file, Kind kind, String code, String hint) {
    Verdict verdict = verdict(file);

    assertThat(verdict.kind()).isEqualTo(kind);
    assertThat(verdict.code().orElse(null)).isEqualTo(code);
    if (hint == null) {
      assertThat(verdict.hint()).isEmpty();
    } else {
      assertThat(verdict.hint()).hasValueSatisfying(text -> assertThat(text).contains(hint));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "{}", "[]", "[{}]", "{\"ok\":true}", "\"yes\"", "null", "[{\"id\":"})
  void successThatIsNoneOfHumanloopsIsUnreadable(String body) {
    assertThat(dialect.verdict(ProviderResponse.of(200, body), one()).kind())
        .isEqualTo(Kind.UNREADABLE);
  }

  @Test
  void recordsOfAnyTypeAreAYes() {
    Verdict verdict =
        dialect.verdict(example("accepted-other-types").answer(), dialect.request(two()));
    assertThat(verdict.kind()).isEqualTo(Kind.ACCEPTED);
    assertThat(verdict.exceptions()).isEmpty();
  }

  @Test
  void yesIsOneForTheStatementsThatItNames() {
    String rating = record("rating", DATAPOINT);
    String comment = record("comment", DATAPOINT);
    String other = record("rating", "data_2");
    assertThat(named("[" + rating + "," + comment + "," + other + "]")).containsExactly(0, 1, 2);
    assertThat(named("[" + other + "," + comment + "," + rating + "]")).containsExactly(0, 1, 2);
    assertThat(named("[" + rating + "," + comment + "]")).containsExactly(0, 1);
    assertThat(named("[" + other + "]")).containsExactly(2);
    assertThat(named(other)).containsExactly(2);
    assertThat(named("[" + rating + "," + rating + "," + rating + "]")).containsExactly(0);
    assertThat(named("[" + rating + ",null," + other + "]")).containsExactly(0, 2);
    assertThat(named("[" + rating + ",{\"error\":\"no\",\"type\":\"comment\"}," + other + "]"))
        .containsExactly(0, 2);
  }

  @Test
  void issuesOfOneDatapointAreToldApartByTheirValues() {
    WireRequest request =
        create(Feedback.on(DATAPOINT).issue("tone").issue("length").thumbsUp().build());
    String length = record("issue", DATAPOINT).replace("}", ",\"value\":\"length\"}");
    Verdict verdict = dialect.verdict(ProviderResponse.of(200, "[" + length + "]"), request);
    assertThat(verdict.exceptions()).containsOnlyKeys(0, 1);
    Verdict untold =
        dialect.verdict(ProviderResponse.of(200, "[" + record("issue", DATAPOINT) + "]"), request);
    assertThat(untold.kind()).isEqualTo(Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[{\"id\":\"a\"},{\"id\":\"b\"}]", "{\"id\":\"a\"}", "[{},{},{}]"})
  void yesThatNamesFewerThanWereSentAndNotWhichIsNoYesForAny(String body) {
    assertThat(named(body)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "\"\"", "0", "[]", "{}"})
  void errorThatIsNotOneChangesNoYes(String nothing) {
    String body = "{\"id\":\"a\",\"detail\":" + nothing + ",\"error\":" + nothing + "}";
    assertThat(dialect.verdict(ProviderResponse.of(200, body), one()).kind())
        .isEqualTo(Kind.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource({
    "refused-items, true",
    "refused-field, true",
    "refused-object, false",
    "refused-text, false"
  })
  void refusalThatNamesAPlaceInTheBodyProvesThatNothingWasStored(String file, boolean proves) {
    assertThat(verdict(file).provesNothingStored()).isEqualTo(proves);
  }

  @Test
  void firstIndexInLocIsTheObjectAndTheRestAPlaceInIt() {
    assertThat(verdict("refused-items").objects()).isEqualTo(Set.of(0, 2));
    assertThat(verdict("refused-items-of-a-union").objects()).isEqualTo(Set.of(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-field", "refused-object", "refused-text", "refused-bare"})
  void refusalWithoutAnIndexBlamesNobody(String file) {
    assertThat(verdict(file).objects()).isEmpty();
    assertThat(verdict(file).isOfEveryRequest()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-gone", "refused-web-page"})
  void addressWithoutHumanloopSplitsNoList(String file) {
    assertThat(verdict(file).isOfEveryRequest()).isTrue();
  }

  // Decoding.

  @Test
  void idsOfAMirroredAnswerGoToTheirFeedbacks() {
    assertThat(decode("list")).containsExactly(List.of("ann_1", "ann_2"), List.of("ann_3"));
  }

  @Test
  void everyObjectOfOneFeedbackHasAnId() {
    assertThat(dialect.decode(example("everything").answer(), List.of(encode(everything()))))
        .containsExactly(List.of("ann_1", "ann_2", "ann_3", "ann_4", "ann_5", "ann_6"));
  }

  @Test
  void recordsOfAnyTypeAndWithoutFieldsAreRead() {
    assertThat(decode("accepted-other-types"))
        .containsExactly(List.of("ann_1", "ann_2"), List.of("ann_3"));
  }

  @Test
  void answerThatIsNoMirrorGivesNobodyAnId() {
    assertThat(decode("accepted-short")).containsExactly(List.of(), List.of());
    assertThat(decode("accepted-single-object")).containsExactly(List.of(), List.of());
  }

  @Test
  void feedbackWithARecordWithoutIdHasNone() {
    assertThat(decode("accepted-id-missing")).containsExactly(List.of(), List.of("ann_3"));
  }

  @Test
  void recordsInAnotherOrderAreFoundByTheirNames() {
    assertThat(decode("accepted-other-order"))
        .containsExactly(List.of("ann_1", "ann_2"), List.of("ann_3"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"thumbs-up", "accepted-short"})
  void oneObjectMayBeAnsweredByAnObjectOrAnArray(String file) {
    List<List<HumanloopWire>> one = List.of(encode(Feedback.on(DATAPOINT).thumbsUp().build()));

    assertThat(dialect.decode(example(file).answer(), one)).containsExactly(List.of("ann_1"));
  }

  private static WireExample example(String name) {
    return WireExample.of("humanloop/" + name + ".json");
  }

  private static Feedback everything() {
    return Feedback.on(DATAPOINT)
        .thumbsUp()
        .comment("Spot on")
        .correction("Spot on!")
        .issue("tone")
        .issue("length")
        .action("copy")
        .author("user-9")
        .occurredAt(Instant.parse("2026-01-02T03:04:05.678Z"))
        .build();
  }

  private List<List<HumanloopWire>> two() {
    Feedback other = Feedback.on("data_2").thumbsDown().build();
    return List.of(
        encode(Feedback.on(DATAPOINT).thumbsUp().comment("Spot on").build()),
        dialect.encode(other, "data_2", losses));
  }

  private List<HumanloopWire> encode(Feedback feedback) {
    return dialect.encode(feedback, DATAPOINT, losses);
  }

  private WireRequest create(Feedback feedback) {
    return dialect.request(List.of(encode(feedback)));
  }

  private WireRequest retract(Map<String, List<String>> state) {
    return dialect.retract(Receipt.builder("humanloop", DATAPOINT).state(state).build());
  }

  private Verdict verdict(String file) {
    WireRequest request = example(file).request(HumanloopWire.class);
    return dialect.verdict(example(file).answer(), request == null ? one() : request);
  }

  private WireRequest one() {
    return create(Feedback.on(DATAPOINT).thumbsUp().build());
  }

  /** Which of the three statements in {@link #two()} the answer is a yes for. */
  private Set<Integer> named(String body) {
    Verdict verdict = dialect.verdict(ProviderResponse.of(200, body), dialect.request(two()));
    Set<Integer> named = new TreeSet<>(Set.of(0, 1, 2));
    named.removeAll(verdict.exceptions().keySet());
    return verdict.kind() == Kind.ACCEPTED ? named : Set.of();
  }

  private static String record(String type, String datapoint) {
    return "{\"id\":\"ann\",\"type\":\"" + type + "\",\"data_id\":\"" + datapoint + "\"}";
  }

  private List<List<String>> decode(String file) {
    return dialect.decode(example(file).answer(), two());
  }
}
