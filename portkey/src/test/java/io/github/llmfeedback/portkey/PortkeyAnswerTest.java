package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static io.github.llmfeedback.portkey.PortkeyExamples.one;
import static io.github.llmfeedback.portkey.PortkeyExamples.two;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyAnswerTest {
  private final PortkeyDialect dialect = new PortkeyDialect(PortkeyOptions.DEFAULT);

  // Verdicts.

  @ParameterizedTest
  @CsvSource({
    "refused-scope, REFUSED, AB03, logs.write",
    "refused-data-code, REFUSED, AB07, conflicts",
    "refused-unknown-id, REFUSED, AB08, this id",
    "refused-failure, REFUSED,,",
    "refused-failure-with-error, REFUSED, AB01,",
    "refused-key, REFUSED,, other platform",
    "refused-openai-shape, REFUSED, invalid_value,",
    "refused-slug, REFUSED,,",
    "refused-no-route, REFUSED,, open-source gateway",
    "refused-no-provider, REFUSED,, open-source gateway",
    "refused-budget, REFUSED,, budget",
    "failure-as-success, REFUSED,, the body says failure",
    "error-as-success, REFUSED, AB01, the body names an error",
    "busy-rate-limit, BUSY, AB06, too many",
    "failed-before-portkey, BUSY,, busy",
    "failed-at-portkey, UNCERTAIN, AB04, after it had the request",
    "failed-500, UNCERTAIN, AB04, try again later",
    "accepted-without-ids, ACCEPTED,,",
    "accepted-without-status, ACCEPTED,,",
    "accepted-node-client, ACCEPTED,,",
    "thumbs-up, ACCEPTED,,",
    "update, ACCEPTED,,"
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
      strings = {
        "{\"status\":\"success\"}",
        "{\"feedback_ids\":[\"fb-1\"]}",
        "{\"feedback_id\":\"fb-1\"}"
      })
  void eachOfStatusAndIdsAloneIsAYes(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.ACCEPTED);
  }

  @Test
  void withoutAnErrorCodeNobodySaysThatTheIdIsUnknown() {
    assertThat(verdict(ProviderResponse.of(404, "{}")).hint().orElseThrow())
        .contains("nothing takes feedback at this address");
  }

  @Test
  void hintForAWrongKeyNamesEveryCause() {
    assertThat(verdict("refused-key").hint().orElseThrow())
        .contains("wrong", "expired", "missing", "api.portkey.ai", "aigw.portkey.ai")
        .contains("self-hosted", "control plane");
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-no-route", "refused-no-provider", "refused-budget"})
  void refusalThatIsNotAboutTheFeedbackSplitsNoList(String file) {
    assertThat(verdict(file).isOfEveryRequest()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused-failure", "refused-unknown-id", "refused-slug"})
  void refusalThatMayBeAboutTheFeedbackSplitsTheList(String file) {
    assertThat(verdict(file).isOfEveryRequest()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x-portkey-trace-id", "x-portkey-request-id", "x-portkey-gateway-exception"})
  void serverErrorWithAHeaderOfPortkeysReachedIt(String header) {
    assertThat(verdict(ProviderResponse.of(503, "{}").withHeader(header, "x")).kind())
        .isEqualTo(Kind.UNCERTAIN);
    assertThat(verdict(ProviderResponse.of(429, "{}").withHeader(header, "x")).kind())
        .isEqualTo(Kind.BUSY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "[]", "{}", "{\"status\":null}", "\"success\"", "{\"stat"})
  void successThatIsNoneOfPortkeysIsUnreadable(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"failure\"}",
        "{\"status\":\"success\",\"error\":\"not saved\"}",
        "{\"success\":false,\"data\":{\"message\":\"not saved\",\"errorCode\":\"AB03\"}}"
      })
  void successThatNamesAnErrorIsARefusal(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"failure", "Failed", "ERROR"})
  void wordForFailureIsARefusalInAnyCase(String word) {
    assertThat(verdict(ProviderResponse.of(200, "{\"status\":\"" + word + "\"}")).kind())
        .isEqualTo(Kind.REFUSED);
  }

  @Test
  void wordForSuccessIsAYesInAnyCaseAndAnotherWordIsNeither() {
    assertThat(verdict(ProviderResponse.of(200, "{\"status\":\"SUCCESS\"}")).kind())
        .isEqualTo(Kind.ACCEPTED);
    assertThat(
            verdict(ProviderResponse.of(200, "{\"status\":\"queued\",\"feedback_ids\":[\"fb-1\"]}"))
                .kind())
        .isEqualTo(Kind.UNREADABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"success\",\"error\":{}}",
        "{\"status\":\"success\",\"error\":false}",
        "{\"feedback_ids\":[\"fb-1\"],\"error\":\"\"}"
      })
  void errorThatIsNotOneChangesNoYes(String body) {
    assertThat(verdict(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"success\",\"feedback_ids\":[\"a\",\"b\"]}",
        "{\"status\":\"success\",\"feedback_ids\":[]}",
        "{\"status\":\"success\",\"feedback_ids\":{}}",
        "{\"status\":\"success\",\"feedback_ids\":[null,\"\",\" \",{}]}",
        "{\"status\":\"success\",\"feedback_id\":\"a\"}"
      })
  void yesThatNamesFewerThanWereSentAndNotWhichIsNoYesForAny(String body) {
    assertThat(named(body)).isEmpty();
  }

  @Test
  void yesIsOneForThoseWhoseIdsStandAtTheirPlaces() {
    assertThat(named("{\"feedback_ids\":[\"a\",null,\"c\",\" \"]}")).containsExactly(0, 2);
    assertThat(named("{\"feedback_ids\":[\"a\",\"b\",\"c\",\"d\"]}")).hasSize(4);
    assertThat(named("{\"feedback_ids\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}")).hasSize(4);
    assertThat(named("{\"status\":\"success\"}")).hasSize(4);
  }

  @Test
  void oneThatIsNamedByAnEmptyListIsNotNamed() {
    assertThat(
            verdict(ProviderResponse.of(200, "{\"status\":\"success\",\"feedback_ids\":[]}"))
                .kind())
        .isEqualTo(Kind.UNREADABLE);
  }

  @Test
  void updateMayNameNone() {
    WireRequest update =
        dialect.update(Receipt.builder("portkey", "t").ids(List.of("fb-1")).build(), one().get(0));
    ProviderResponse answer =
        ProviderResponse.of(200, "{\"status\":\"success\",\"feedback_ids\":[]}");
    assertThat(dialect.verdict(answer, update).kind()).isEqualTo(Kind.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {}",
        "404 | {}",
        "405 | {}",
        "413 | {}",
        "415 | {}",
        "422 | {\"detail\":[{\"loc\":[\"body\"],\"msg\":\"m\"}]}",
        "422 | {\"error\":{\"message\":\"Expected object, received array\"}}",
      })
  void refusalOfTheFormProvesThatNothingWasStored(int status, String body) {
    assertThat(verdict(ProviderResponse.of(status, body)).provesNothingStored()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"422 | {}", "409 | {}", "422 | {\"message\":\"value is off the scale\"}"})
  void anyOtherRefusalProvesNothing(int status, String body) {
    assertThat(verdict(ProviderResponse.of(status, body)).provesNothingStored()).isFalse();
  }

  @Test
  void requestIdIsPortkeysOwnOrElseThePlainOne() {
    ProviderResponse plain = ProviderResponse.of(400, "{}").withHeader("x-request-id", "plain");

    assertThat(verdict("failed-500").requestId()).contains("req-1");
    assertThat(verdict(plain).requestId()).contains("plain");
    assertThat(verdict(plain.withHeader("x-portkey-request-id", "own")).requestId())
        .contains("own");
  }

  // Decoding.

  @Test
  void idsComeInTheOrderOfTheFeedbacks() {
    assertThat(dialect.decode(example("list").answer(), two()))
        .containsExactly(List.of("fb-1"), List.of("fb-2"));
  }

  @Test
  void singularIdIsTaken() {
    assertThat(dialect.decode(example("accepted-node-client").answer(), one()))
        .containsExactly(List.of("fb-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"accepted-ids-short", "accepted-node-client", "accepted-without-ids"})
  void idsThatCountOtherwiseAreNobodys(String file) {
    assertThat(dialect.decode(example(file).answer(), two())).containsExactly(List.of(), List.of());
  }

  @Test
  void twoIdsAreNotOneFeedbacks() {
    assertThat(dialect.decode(example("list").answer(), one())).containsExactly(List.of());
  }

  @Test
  void idThatIsNoneIsLeftOutWithoutShiftingTheOthers() {
    ProviderResponse answer = example("accepted-ids-odd").answer();

    assertThat(dialect.decode(answer, two())).containsExactly(List.of(), List.of("fb-2"));
    assertThat(dialect.decode(answer, one())).containsExactly(List.of());
  }

  @Test
  void blankIdIsNone() {
    assertThat(dialect.decode(ProviderResponse.of(200, "{\"feedback_ids\":[\" \"]}"), one()))
        .containsExactly(List.of());
  }

  private Verdict verdict(String file) {
    return verdict(example(file).answer());
  }

  private Verdict verdict(ProviderResponse answer) {
    return dialect.verdict(answer, dialect.request(one()));
  }

  /** Of the four that were sent, those that the answer is a yes for; empty if it is none at all. */
  private Set<Integer> named(String body) {
    List<List<PortkeyWire>> four = Stream.of(two(), two()).flatMap(List::stream).toList();
    Verdict verdict = dialect.verdict(ProviderResponse.of(200, body), dialect.request(four));
    Set<Integer> named = new TreeSet<>(Set.of(0, 1, 2, 3));
    named.removeAll(verdict.exceptions().keySet());
    verdict
        .exceptions()
        .values()
        .forEach(other -> assertThat(other.kind()).isEqualTo(Kind.UNREADABLE));
    return verdict.kind() == Kind.ACCEPTED ? named : Set.of();
  }
}
