package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.spi.Verdict.Kind;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
  private static Verdict byStatus(int status) {
    return Verdict.byStatus(ProviderResponse.of(status, "{\"error\":\"the server's words\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "200, ACCEPTED",
    "201, ACCEPTED",
    "299, ACCEPTED",
    "301, REFUSED",
    "307, REFUSED",
    "308, REFUSED",
    "400, REFUSED",
    "401, REFUSED",
    "403, REFUSED",
    "404, REFUSED",
    "405, REFUSED",
    "408, UNCERTAIN",
    "409, REFUSED",
    "410, REFUSED",
    "413, REFUSED",
    "422, REFUSED",
    "425, REFUSED",
    "429, BUSY",
    "499, REFUSED",
    "500, UNCERTAIN",
    "501, UNCERTAIN",
    "502, UNCERTAIN",
    "503, BUSY",
    "504, UNCERTAIN",
    "520, UNCERTAIN",
    "599, UNCERTAIN",
  })
  void theStatusAloneGivesAVerdict(int status, Kind kind) {
    Verdict verdict =
        status < 300 ? Verdict.byStatus(ProviderResponse.of(status, "{}")) : byStatus(status);
    assertThat(verdict.kind()).isEqualTo(kind);
    assertThat(verdict.hint().orElse("")).doesNotContain("the server's words");
    assertThat(verdict.code()).isEmpty();
    assertThat(verdict.objects()).isEmpty();
    assertThat(verdict.isOfEveryRequest()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "OK", "true", "null", "7", "\"yes\"", "<html>", "{", "{}{}"})
  void aSuccessWithoutAnObjectOrAnArrayIsUnreadable(String body) {
    Verdict verdict = Verdict.byStatus(ProviderResponse.of(200, body));
    assertThat(verdict.kind()).isEqualTo(Kind.UNREADABLE);
    assertThat(verdict.hint()).get().asString().contains("check the base URL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", " [1] "})
  void anObjectOrAnArrayIsAYes(String body) {
    assertThat(Verdict.byStatus(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":\"no\"}",
        "{\"error\":{\"code\":1}}",
        "{\"error\":[\"no\"]}",
        "{\"data\":null,\"error\":\"no\"}"
      })
  void aSuccessThatNamesAnErrorIsARefusal(String body) {
    Verdict verdict = Verdict.byStatus(ProviderResponse.of(200, body));
    assertThat(verdict.kind()).isEqualTo(Kind.REFUSED);
    assertThat(verdict.hint()).hasValue("the status is a success, but the body names an error");
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "0", "0.0", "\"\"", "\" \"", "[]", "{}", "null"})
  void anErrorThatIsNotOneChangesNoYes(String error) {
    assertThat(Verdict.byStatus(ProviderResponse.of(200, "{\"error\":" + error + "}")).kind())
        .isEqualTo(Kind.ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"error\":true}", "{\"error\":7}", "{\"error\":-0.5}", "{\"success\":false}"})
  void whatIsNeitherAYesNorAProvenNoIsUnreadable(String body) {
    assertThat(Verdict.byStatus(ProviderResponse.of(200, body)).kind()).isEqualTo(Kind.UNREADABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "BROKEN_OFF, broke off before its end",
    "TOO_LARGE, larger than 1 MB",
    "BADLY_COMPRESSED, could not be decompressed"
  })
  void aBodyThatCouldNotBeReadSaysWhyAndSendsNobodyToTheBaseUrl(BodyEnd end, String words) {
    byte[] body = "{\"data\":".getBytes(StandardCharsets.UTF_8);
    ProviderResponse answer =
        ProviderResponse.read(
            200, name -> BadInput.absent(), body, end, ProviderResponse.MAX_BYTES, null);
    assertThat(Verdict.byStatus(answer).kind()).isEqualTo(Kind.UNREADABLE);
    assertThat(Verdict.byStatus(answer).hint())
        .get()
        .asString()
        .contains(words)
        .doesNotContain("base URL");
  }

  @Test
  void aVerdictOnPartsOfAListIsThatOfItsObjects() {
    Verdict no = Verdict.of(Kind.REFUSED).hint("no");
    Verdict lost = Verdict.of(Kind.UNREADABLE).hint("lost");
    Verdict partial = Verdict.of(Kind.ACCEPTED).code("c").except(Map.of(1, no, 2, no, 4, lost));
    assertThat(partial.ofObjects(0, 1).kind()).isEqualTo(Kind.ACCEPTED);
    assertThat(partial.ofObjects(0, 1).exceptions()).isEmpty();
    assertThat(partial.ofObjects(0, 1).code()).contains("c");
    assertThat(partial.ofObjects(1, 2)).isSameAs(no);
    assertThat(partial.ofObjects(0, 2).kind()).as("stored in part").isEqualTo(Kind.UNCERTAIN);
    assertThat(partial.ofObjects(0, 2).hint()).contains("no");
    assertThat(partial.ofObjects(1, 4)).isSameAs(lost);
    assertThat(no.ofObjects(0, 3)).isSameAs(no);
  }

  @Test
  void noContentIsUnreadable() {
    assertThat(Verdict.byStatus(ProviderResponse.of(204, "")).kind()).isEqualTo(Kind.UNREADABLE);
  }

  @ParameterizedTest
  @CsvSource({
    "401, API key",
    "403, right",
    "404, base URL",
    "405, base URL",
    "410, base URL",
    "407, proxy",
    "413, too large",
    "409, conflicts with what the provider already has",
    "425, sent again later",
    "429, too many requests",
    "503, busy",
    "500, try again later",
    "302, redirect",
  })
  void theHintSaysWhatToDo(int status, String words) {
    assertThat(byStatus(status).hint()).get().asString().contains(words);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 422})
  void whereNothingIsKnownThereIsNoHint(int status) {
    assertThat(byStatus(status).hint()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.com/x?key=secret#f, ' to evil.com'",
    "https://user:secret@evil.com/, ' to evil.com'",
    "//evil.com/secret, ' to evil.com'",
    "/secret, ' to another place'",
    "mailto:secret@x, ' to another place'",
    "'http://[secret', ' to an unreadable place'",
    "'has secret spaces', ' to an unreadable place'",
  })
  void aRedirectNamesTheHostAndNothingElse(String location, String place) {
    ProviderResponse answer = ProviderResponse.of(302, "").withHeader("Location", location);
    assertThat(Verdict.byStatus(answer).hint())
        .get()
        .asString()
        .startsWith("a redirect" + place + " is not followed")
        .doesNotContain("secret");
  }

  @Test
  void aRedirectToWhatIsNoHostsNameNamesNone() {
    for (String host : List.of("a.".repeat(25_000) + "com", "x".repeat(64) + ".com", "-a.com")) {
      ProviderResponse answer =
          ProviderResponse.of(302, "").withHeader("Location", "https://" + host + "/");
      assertThat(Verdict.byStatus(answer).hint())
          .get()
          .asString()
          .matches("a redirect to an(other| unreadable) place is not followed.*");
    }
  }

  @Test
  void theRequestsIdIsRead() {
    ProviderResponse answer = ProviderResponse.of(500, "{}").withHeader("X-Request-ID", "r-1");
    assertThat(Verdict.byStatus(answer).requestId()).contains("r-1");
    assertThat(byStatus(500).requestId()).isEmpty();
  }

  @Test
  void eachThingSaidIsAddedAndTheVerdictBeforeIsAsItWas() {
    Verdict plain = Verdict.of(Kind.REFUSED);
    Verdict full =
        plain.code("AB03").hint("hint").requestId("r-1").objects(Set.of(2, 0)).ofEveryRequest();
    assertThat(full.kind()).isEqualTo(Kind.REFUSED);
    assertThat(full.code()).contains("AB03");
    assertThat(full.hint()).contains("hint");
    assertThat(full.requestId()).contains("r-1");
    assertThat(full.objects()).containsExactlyInAnyOrder(0, 2);
    assertThat(full.isOfEveryRequest()).isTrue();
    assertThat(full.code("x").hint("y").requestId("z").objects(Set.of()).isOfEveryRequest())
        .isTrue();
    assertThat(full.ofEveryRequest().objects()).hasSize(2);
    assertThat(full.hint(null).hint()).isEmpty();
    assertThat(plain.code()).isEmpty();
    assertThat(plain.objects()).isEmpty();
    assertThat(plain.isOfEveryRequest()).isFalse();
  }

  @Test
  void theObjectsAreCopied() {
    Set<Integer> objects = new HashSet<>(Set.of(1));
    Verdict verdict = Verdict.of(Kind.REFUSED).objects(objects);
    objects.add(2);
    assertThat(verdict.objects()).containsExactly(1).isUnmodifiable();
  }

  @Test
  void toStringTellsKindAndCode() {
    assertThat(Verdict.of(Kind.BUSY)).hasToString("BUSY");
    assertThat(Verdict.of(Kind.REFUSED).code("AB03").hint("hint")).hasToString("REFUSED AB03");
  }

  @Test
  void anInterimAnswerIsNoNo() {
    assertThat(Verdict.byStatus(ProviderResponse.of(101, "")).kind())
        .isEqualTo(Verdict.Kind.UNCERTAIN);
    assertThat(Verdict.byStatus(ProviderResponse.of(103, "")).kind())
        .isEqualTo(Verdict.Kind.UNCERTAIN);
  }

  @Test
  void acceptanceOfNamedObjectsExceptsTheOthersAndIsUnreadableIfThereAreNone() {
    Verdict accepted = Verdict.of(Verdict.Kind.ACCEPTED);

    assertThat(accepted.ofNamed(3, i -> true, "unnamed", "none").exceptions()).isEmpty();
    Verdict partial = accepted.ofNamed(3, i -> i != 1, "unnamed", "none");
    assertThat(partial.kind()).isEqualTo(Verdict.Kind.ACCEPTED);
    assertThat(partial.exceptions()).containsOnlyKeys(1);
    Verdict unnamed = partial.exceptions().values().iterator().next();
    assertThat(unnamed.kind()).isEqualTo(Verdict.Kind.UNREADABLE);
    assertThat(unnamed.hint()).contains("unnamed");
    Verdict nothing = accepted.ofNamed(3, i -> false, "unnamed", "none");
    assertThat(nothing.kind()).isEqualTo(Verdict.Kind.UNREADABLE);
    assertThat(nothing.hint()).contains("none");
  }
}
