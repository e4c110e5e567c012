package io.github.llmfeedback.baseplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseplateDialectTest {
  private static final String ID = "0b8ad8a4-55c6-4f3c-8e0f-3a3f6d1c9e01";
  private static final String OTHER = "7b1f7a52-9f3e-4c7d-9a43-0d2b7a1e4f02";

  private final BaseplateDialect dialect = new BaseplateDialect("ep-1");
  private final Losses losses = new Losses("baseplate");

  @Test
  void everyWireExampleHasASourceAndADate() {
    WireExample.assertSourced("baseplate");
  }

  @Test
  void keepsThumbsAndTheSideOfAScoreAndNothingElse() {
    assertThat(List.of(Part.values()))
        .filteredOn(part -> dialect.capabilities().support(part) != Support.NONE)
        .containsExactlyInAnyOrder(Part.THUMBS, Part.SCORE);
    assertThat(dialect.capabilities().support(Part.THUMBS)).isEqualTo(Support.NATIVE);
    assertThat(dialect.capabilities().support(Part.SCORE)).isEqualTo(Support.APPROXIMATED);
  }

  @Test
  void thumbsUpIsThePairAlone() {
    WireExample.of("baseplate/rated-up.json").assertAsks(request(Feedback.on(ID).thumbsUp()));
  }

  @Test
  void thumbsDownIsThePairAlone() {
    WireExample.of("baseplate/rated-down.json").assertAsks(request(Feedback.on(ID).thumbsDown()));
  }

  @Test
  void severalAreAListOfLogs() {
    WireExample.of("baseplate/rated-both.json")
        .assertAsks(request(Feedback.on(ID).thumbsUp(), Feedback.on(OTHER).thumbsDown()));
  }

  @Test
  void scoreAboveTheMiddleBecomesThumbsUpAndSaysSo() {
    WireRequest request = request(Feedback.on(ID).score(3.001, 1, 5));
    WireExample.of("baseplate/rated-up.json").assertAsks(request);
    assertThat(losses.noted())
        .extracting(Loss::part, Loss::kind)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Part.SCORE, Loss.Kind.APPROXIMATED));
  }

  @Test
  void scoreBelowTheMiddleBecomesThumbsDownAndSaysSo() {
    WireRequest request = request(Feedback.on(ID).score(-0.5, -10, 10));
    WireExample.of("baseplate/rated-down.json").assertAsks(request);
    assertThat(losses.noted()).hasSize(1);
  }

  @Test
  void scoreInTheExactMiddleIsRefused() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> request(Feedback.on(ID).score(0.15, 0.1, 0.2)))
        .withMessageContaining("exactly between");
  }

  @Test
  void feedbackWithoutRatingIsRefusedAndNeverANull() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> request(Feedback.on(ID).comment("words")))
        .withMessageContaining("nothing but a rating");
  }

  @Test
  void ratingMayBeRepeated() {
    assertThat(request(Feedback.on(ID).thumbsUp()).isRepeatable()).isTrue();
  }

  @Test
  void laterRatingOfACompletionMayNotShareACallWithAnEarlier() {
    assertThat(dialect.batching().maxFeedbacks()).isGreaterThan(1);
    assertThat(dialect.batching().isLastWins()).isTrue();
  }

  @Test
  void usageIdTravelsAsItIs() {
    assertThat(dialect.address("Not/A UUID", losses)).isEqualTo("Not/A UUID");
  }

  @Test
  void receiptRemembersTheRatingAlone() {
    assertThat(dialect.state(List.of(new BaseplateWire(false, ID))))
        .isEqualTo(Map.of("rating", List.of("false")));
  }

  @ParameterizedTest
  @CsvSource({
    "rated-up, ACCEPTED",
    "rated-down, ACCEPTED",
    "rated-both, ACCEPTED",
    "key-wrong, REFUSED",
    "parked-page, UNREADABLE",
  })
  void answerHasThisVerdict(String example, Verdict.Kind kind) {
    ProviderResponse answer = WireExample.of("baseplate/" + example + ".json").answer();
    assertThat(verdict(answer).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"log\"}",
        "{\"positive_rating\":true,\"timestamp\":{\"value\":\"2023\"}}",
        "{\"rating\":null,\"prompt\":\"p\"}",
        "{\"usage_id\":\"" + ID + "\",\"error\":{}}",
        "[{\"id\":\"log\"}]",
        "{\"logs\":[{\"id\":\"log\"}]}",
        "{\"success\":true}",
        "{\"ok\":true}",
        "{\"status\":\"OK\"}",
        "{\"updated\":1}"
      })
  void aLogOrAWordOfAssentIsAYes(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Verdict.Kind.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \n",
        "<html></html>",
        "\n<!DOCTYPE html>",
        "Updated 2 logs",
        "2",
        "\"ok\"",
        "{}",
        "[]",
        "{\"id\":\"lo",
        "{\"error\":null}",
        "{\"message\":\"Unauthorized\"}",
        "{\"success\":false}",
        "{\"success\":false,\"id\":\"log\"}",
        "{\"updated\":0}",
        "{\"id\":null}",
        "{\"usage_id\":\"another\"}"
      })
  void whatIsNoLogIsNoYes(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Verdict.Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[{\"id\":\"1\"}]",
        "{\"id\":\"1\",\"logs\":[]}",
        "{\"logs\":[{\"id\":\"1\"}]}",
        "{\"updated\":1}",
        "[{\"id\":\"1\"},{\"error\":\"no\"}]",
        "[{\"id\":\"1\"},null]"
      })
  void yesThatNamesFewerThanWereSentAndNotWhichIsNoYesForAny(String body) {
    assertThat(dialect.verdict(ProviderResponse.of(200, body), two()).kind())
        .isEqualTo(Verdict.Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"id\":\"1\"},{\"id\":\"2\"}]",
        "{\"updated\":2}",
        "{\"success\":true}",
        "{\"id\":\"1\"}"
      })
  void yesThatNamesAsManyAsWereSentIsAYesForAll(String body) {
    Verdict verdict = dialect.verdict(ProviderResponse.of(200, body), two());
    assertThat(verdict.kind()).isEqualTo(Verdict.Kind.ACCEPTED);
    assertThat(verdict.exceptions()).isEmpty();
  }

  @Test
  void logsThatNameTheirUsageTellWhichWereTaken() {
    Verdict verdict =
        dialect.verdict(ProviderResponse.of(200, "[{\"usage_id\":\"" + OTHER + "\"}]"), two());
    assertThat(verdict.kind()).isEqualTo(Verdict.Kind.ACCEPTED);
    assertThat(verdict.exceptions()).containsOnlyKeys(0);
  }

  @Test
  void yesWithAnErrorIsARefusal() {
    Verdict verdict = verdict(ProviderResponse.of(200, "{\"error\":\"no such log\"}"));
    assertThat(verdict.kind()).isEqualTo(Verdict.Kind.REFUSED);
    assertThat(verdict.hint()).hasValue("the status is a success, but the body names an error");
  }

  @ParameterizedTest
  @CsvSource({
    "401, REFUSED, another project",
    "404, REFUSED, endpoint id",
    "405, REFUSED, whether Baseplate still runs",
    "301, REFUSED, redirect",
    "429, BUSY, too many",
    "503, BUSY, busy",
    "500, UNCERTAIN, try again later",
  })
  void refusalSaysWhatToDo(int status, Verdict.Kind kind, String hint) {
    Verdict verdict = verdict(ProviderResponse.of(status, "x"));
    assertThat(verdict.kind()).isEqualTo(kind);
    assertThat(verdict.hint()).hasValueSatisfying(h -> assertThat(h).contains(hint));
  }

  @Test
  void idsOfTheAnswerAreNotGuessed() {
    List<List<BaseplateWire>> sent = sent(Feedback.on(ID).thumbsUp());
    ProviderResponse answer = WireExample.of("baseplate/rated-up.json").answer();
    assertThat(dialect.decode(answer, sent)).containsExactly(List.of());
  }

  private Verdict verdict(ProviderResponse answer) {
    return dialect.verdict(answer, request(Feedback.on(ID).thumbsUp()));
  }

  private WireRequest two() {
    return request(Feedback.on(ID).thumbsUp(), Feedback.on(OTHER).thumbsDown());
  }

  private WireRequest request(Feedback.Builder... feedbacks) {
    return dialect.request(sent(feedbacks));
  }

  private List<List<BaseplateWire>> sent(Feedback.Builder... feedbacks) {
    return Stream.of(feedbacks)
        .map(Feedback.Builder::build)
        .map(f -> dialect.encode(f, f.target().id(dialect.targetKey()).orElseThrow(), losses))
        .toList();
  }
}
