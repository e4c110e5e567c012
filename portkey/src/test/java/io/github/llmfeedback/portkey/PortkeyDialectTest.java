package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.TRACE;
import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static io.github.llmfeedback.portkey.PortkeyExamples.two;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyDialectTest {
  private final PortkeyDialect dialect = new PortkeyDialect(PortkeyOptions.DEFAULT);
  private final Losses losses = new Losses("portkey");

  @Test
  void everyExampleHasASourceAndEverySourceAnExample() {
    WireExample.assertSourced("portkey");
  }

  // Encoding.

  @Test
  void thumbsUpIsOne() {
    example("thumbs-up").assertAsks(create(Feedback.on(TRACE).thumbsUp().build()));
  }

  @Test
  void thumbsDownIsMinusOne() {
    example("thumbs-down").assertAsks(create(Feedback.on(TRACE).thumbsDown().build()));
  }

  @Test
  void scoreOnTheScaleIsExact() {
    example("score").assertAsks(create(Feedback.on(TRACE).stars(4).build()));

    assertThat(losses.noted()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 5, -10",
    "3, 1, 5, 0",
    "5, 1, 5, 10",
    "-10, -10, 10, -10",
    "7, -10, 10, 7",
    "0, 0, 1, -10"
  })
  void endsAndMiddleOfAScaleStayWhereTheyAre(double value, double min, double max, int expected) {
    assertThat(encode(Feedback.on(TRACE).score(value, min, max).build()).value())
        .isEqualTo(expected);
    assertThat(losses.noted()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "3.3, 1, 5, 2",
    "1, 0, 3, -3",
    "7.4, -10, 10, 7",
    "7.5, -10, 10, 8",
    "-7.5, -10, 10, -8"
  })
  void scoreBetweenStepsIsRoundedAndNoted(double value, double min, double max, int expected) {
    assertThat(encode(Feedback.on(TRACE).score(value, min, max).build()).value())
        .isEqualTo(expected);
    assertThat(losses.noted())
        .singleElement()
        .satisfies(
            loss -> {
              assertThat(loss.part()).isEqualTo(Part.SCORE);
              assertThat(loss.kind()).isEqualTo(Loss.Kind.ROUNDED);
            });
  }

  @Test
  void commentAndAuthorStandInTheMetadataAfterTheCallersOwn() {
    WireRequest request =
        create(
            Feedback.on(TRACE)
                .thumbsUp()
                .comment("Spot on")
                .author("user-9")
                .weight(0.5)
                .metadata("zone", "eu")
                .metadata("attempt", 2)
                .metadata("tags", List.of("a", "b"))
                .build());

    example("everything").assertAsks(request);
    assertThat(request.json())
        .containsSubsequence("trace_id", "value", "weight", "metadata")
        .containsSubsequence("zone", "attempt", "tags", "text", "_user");
  }

  @Test
  void whatIsUnsetIsLeftOutAndNeverNull() {
    assertThat(create(Feedback.on(TRACE).thumbsUp().build()).json())
        .isEqualTo("{\"trace_id\":\"trace-7f3a\",\"value\":1}");
  }

  @Test
  void weightOfZeroIsSent() {
    assertThat(create(Feedback.on(TRACE).thumbsUp().weight(0).build()).json())
        .contains("\"weight\":0.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "_user"})
  void metadataKeyThatAPartNeedsIsRefusedNotOverwritten(String key) {
    Feedback feedback =
        Feedback.on(TRACE)
            .thumbsUp()
            .comment("Spot on")
            .author("user-9")
            .metadata(key, "mine")
            .build();

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> encode(feedback))
        .withMessageContaining("metadata." + key)
        .withMessageContaining("rename")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Spot on", "user-9", "mine"));
  }

  @Test
  void metadataKeyThatAPartNeedsIsTakenByNullToo() {
    Feedback feedback =
        Feedback.on(TRACE).thumbsUp().comment("Spot on").metadata("text", null).build();

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> encode(feedback))
        .withMessageContaining("metadata.text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "_user"})
  void metadataKeyThatNoPartNeedsIsTheCallers(String key) {
    Feedback feedback = Feedback.on(TRACE).thumbsUp().metadata(key, "mine").build();

    assertThat(encode(feedback).metadata()).isEqualTo(Map.of(key, "mine"));
  }

  @Test
  void feedbackWithoutARatingIsRefused() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> encode(Feedback.on(TRACE).comment("Spot on").build()))
        .withMessageContaining("rating");
  }

  @Test
  void labelIsRefused() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> encode(Feedback.on(TRACE).label("excellent").build()))
        .withMessageContaining("numbers");
  }

  @Test
  void traceTravelsUnchanged() {
    String odd = "chat/7:msg 1?#%2e☃";

    assertThat(dialect.encode(Feedback.on(odd).thumbsUp().build(), odd, losses).get(0).traceId())
        .isEqualTo(odd);
  }

  // Requests.

  @Test
  void severalFeedbacksAreABareArray() {
    example("list").assertAsks(dialect.request(two()));
  }

  @Test
  void createMustNotBeRepeated() {
    assertThat(dialect.request(two()).isRepeatable()).isFalse();
  }

  @Test
  void receiptRemembersTheWeightAndNothingElse() {
    PortkeyWire weighted =
        encode(Feedback.on(TRACE).thumbsUp().comment("Spot on").author("u").weight(0.25).build());

    assertThat(dialect.state(List.of(weighted))).isEqualTo(Map.of("weight", List.of("0.25")));
    assertThat(dialect.state(List.of(encode(Feedback.on(TRACE).thumbsUp().build())))).isEmpty();
  }

  @Test
  void updateSendsTheStandingWeightAgainAndNoTrace() {
    Receipt receipt = receipt("fb-1").state(Map.of("weight", List.of("0.5"))).build();

    WireRequest request = update(receipt, Feedback.on(TRACE).thumbsDown().build());

    example("update").assertAsks(request);
    assertThat(request.isRepeatable()).isTrue();
  }

  @Test
  void updateWithAWeightOfItsOwnReplacesTheStandingOne() {
    Receipt receipt = receipt("fb-1").state(Map.of("weight", List.of("0.9"))).build();

    example("update")
        .assertAsks(update(receipt, Feedback.on(TRACE).thumbsDown().weight(0.5).build()));
  }

  @Test
  void updateWithoutAnyWeightLeavesItOut() {
    assertThat(update(receipt("fb-1").build(), Feedback.on(TRACE).thumbsUp().build()).json())
        .isEqualTo("{\"value\":1}");
  }

  @Test
  void updateNeedsTheIdOfOneFeedback() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> update(receipt().build(), Feedback.on(TRACE).thumbsUp().build()))
        .withMessageContaining("no single feedback id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void updateRefusesAnIdThatWouldWalkThePath(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> update(receipt(id).build(), Feedback.on(TRACE).thumbsUp().build()))
        .withMessageStartingWith("this receipt is wrong: its feedback id must not be empty");
  }

  private PortkeyWire encode(Feedback feedback) {
    List<PortkeyWire> objects = dialect.encode(feedback, TRACE, losses);
    assertThat(objects).hasSize(1);
    return objects.get(0);
  }

  private WireRequest create(Feedback feedback) {
    return dialect.request(List.of(List.of(encode(feedback))));
  }

  private WireRequest update(Receipt receipt, Feedback feedback) {
    return dialect.update(receipt, List.of(encode(feedback)));
  }

  private static Receipt.Builder receipt(String... ids) {
    return Receipt.builder("portkey", TRACE).ids(List.of(ids));
  }
}
