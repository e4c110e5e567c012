package io.github.llmfeedback.helicone;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeliconeDialectTest {
  private static final String ID = "11111111-1111-4111-8111-111111111111";

  private final HeliconeDialect dialect = new HeliconeDialect();
  private final Losses losses = new Losses("helicone");

  @Test
  void everyWireExampleHasASourceAndADate() {
    WireExample.assertSourced("helicone");
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
  void thumbsUpIsOneTrueAndNothingElse() {
    WireExample.of("helicone/rated-up.json").assertAsks(request(Feedback.on(ID).thumbsUp()));
  }

  @Test
  void thumbsDownIsOneFalseAndNothingElse() {
    String id = "22222222-2222-4222-8222-222222222222";
    WireExample.of("helicone/rated-down.json").assertAsks(request(Feedback.on(id).thumbsDown()));
  }

  @Test
  void ratingMayBeRepeatedAndKeepsMoreThanASecondFromTheNextOfItsRequest() {
    WireRequest request = request(Feedback.on(ID).thumbsUp());
    assertThat(request.isRepeatable()).isTrue();
    WireRequest.Spacing spacing = request.spacing().orElseThrow();
    assertThat(spacing.key()).isEqualTo(ID);
    assertThat(spacing.apart()).isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void scoreAboveTheMiddleBecomesThumbsUpAndSaysSo() {
    WireRequest request = request(Feedback.on(ID).score(3.001, 1, 5));
    WireExample.of("helicone/rated-up.json").assertAsks(request);
    assertThat(losses.noted())
        .extracting(Loss::part, Loss::kind)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Part.SCORE, Loss.Kind.APPROXIMATED));
  }

  @Test
  void scoreBelowTheMiddleBecomesThumbsDownAndSaysSo() {
    String id = "22222222-2222-4222-8222-222222222222";
    WireRequest request = request(Feedback.on(id).score(-0.5, -10, 10));
    WireExample.of("helicone/rated-down.json").assertAsks(request);
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "000003e8-9414-21ec-b300-325096b39f47",
        "5df41881-3aed-3515-88a7-2f4a814cf09e",
        "919108f7-52d1-4320-9bac-f847db4148a8",
        "2ed6657d-e927-568b-95e1-2665a8aea6a2"
      })
  void uuidOfVersion1To5IsTakenAsItIs(String id) {
    assertThat(dialect.address(id, losses)).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "req_abc123def456", // the public page's own sample
        "01890a5d-ac96-774b-bcce-b302099a8057", // version 7
        "1ec9414c-232a-6b00-b3c8-9f6bdeced846", // version 6
        "320c3d4d-cc00-875b-8ec9-32d5f69181c0", // version 8
        "00000000-0000-0000-0000-000000000000",
        "919108f7-52d1-4320-1bac-f847db4148a8", // no variant of RFC 9562
        "919108f752d143209bacf847db4148a8",
        "{919108f7-52d1-4320-9bac-f847db4148a8}",
        "919108f7-52d1-4320-9bac-f847db4148a8/..",
        " 919108f7-52d1-4320-9bac-f847db4148a8"
      })
  void anyOtherIdIsRefusedAndShown(String id) {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> dialect.address(id, losses))
        .withMessageContaining("UUID of version 1 to 5")
        .withMessageContaining("'" + id + "'");
  }

  @Test
  void endlessIdIsShownCut() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> dialect.address("x".repeat(10_000), losses))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
  }

  @Test
  void upperCaseIdIsLoweredBecauseTheServerWouldDropIt() {
    assertThat(dialect.address("ABCDEFAB-1111-4111-8111-ABCDEFABCDEF", losses))
        .isEqualTo("abcdefab-1111-4111-8111-abcdefabcdef");
  }

  @Test
  void receiptRemembersTheRatingAlone() {
    assertThat(dialect.state(List.of(new HeliconeWire(ID, false))))
        .isEqualTo(Map.of("rating", List.of("false")));
  }

  @ParameterizedTest
  @CsvSource({
    "rated-up, ACCEPTED",
    "unknown-id, ACCEPTED", // which is why a receipt says ACCEPTED and not STORED
    "id-in-upper-case, ACCEPTED",
    "id-of-the-public-page, REFUSED",
    "id-of-version-7, REFUSED",
    "rating-as-text, REFUSED",
    "rating-missing, REFUSED",
    "extra-key, REFUSED",
    "malformed-json, UNCERTAIN",
    "key-missing, REFUSED",
    "key-wrong, REFUSED",
    "key-read-only, REFUSED",
    "double-slash, REFUSED",
    "too-many-requests, BUSY",
  })
  void observedAnswerHasThisVerdict(String example, Verdict.Kind kind) {
    ProviderResponse answer = WireExample.of("helicone/" + example + ".json").answer();
    assertThat(verdict(answer).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":null}",
        "{\"data\":null}",
        "{\"data\":[],\"error\":null}",
        "{\"data\":null,\"error\":{}}",
        "{\"data\":null,\"error\":false}",
        "{\"error\":\"\"}",
        "{\"data\":null,\"error\":[]}",
        "{\"data\":null,\"error\":0}"
      })
  void yesIsAYesWhateverItsData(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Verdict.Kind.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"data\":null,\"error\":\"no\"}", "{\"error\":{\"code\":1}}"})
  void yesWithAnErrorIsARefusal(String body) {
    Verdict verdict = verdict(ProviderResponse.of(201, body));
    assertThat(verdict.kind()).isEqualTo(Verdict.Kind.REFUSED);
    assertThat(verdict.hint()).hasValue("the status is a success, but the body names an error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "true",
        "<html></html>",
        "{\"data\":",
        "OK",
        "{}",
        "{\"success\":false}",
        "{\"data\":null,\"success\":false}",
        "{\"message\":\"Unauthorized\"}"
      })
  void yesWithoutHeliconesEnvelopeIsUnreadable(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Verdict.Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "down", "{\"data\":null,\"error\":\"other\"}", "{\"error\":null}"})
  void any500ButTheOneAboutTheIdIsUncertain(String body) {
    assertThat(verdict(ProviderResponse.of(500, body)).kind()).isEqualTo(Verdict.Kind.UNCERTAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "key-read-only, eu.api.helicone.ai",
    "key-wrong, read-only",
    "double-slash, base URL",
    "id-of-version-7, UUID",
  })
  void refusalSaysWhatToDo(String example, String hint) {
    ProviderResponse answer = WireExample.of("helicone/" + example + ".json").answer();
    assertThat(verdict(answer).hint()).hasValueSatisfying(h -> assertThat(h).contains(hint));
  }

  @Test
  void answerHoldsNoIds() {
    ProviderResponse answer = WireExample.of("helicone/rated-up.json").answer();
    assertThat(dialect.decode(answer, List.of(List.of(new HeliconeWire(ID, true)))))
        .containsExactly(List.of());
  }

  private WireRequest request(Feedback.Builder feedback) {
    Feedback built = feedback.build();
    String id = built.target().id(dialect.targetKey()).orElseThrow();
    return dialect.request(List.of(dialect.encode(built, id, losses)));
  }

  private Verdict verdict(ProviderResponse answer) {
    return dialect.verdict(answer, dialect.request(List.of(List.of(new HeliconeWire(ID, true)))));
  }
}
