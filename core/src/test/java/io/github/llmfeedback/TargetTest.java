package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetTest {
  private static final TargetKey MADE = TargetKey.of("maker", "log").inResponseHeader("Log-Id");
  private static final TargetKey CHOSEN =
      TargetKey.of("chooser", "trace")
          .inResponseHeader("X-Trace-Id")
          .chosenInRequestHeader("X-Trace-Id");

  /** The methods that take ids. */
  static Stream<Arguments> ids() {
    return Stream.of(
        entry("target id", Target::of),
        entry("shared target id", Target::shared),
        entry("target id of maker/log", id -> Target.of(MADE, id)),
        entry("target id of maker/log", id -> Target.shared("s").and(MADE, id)));
  }

  /** The methods that take names that a program chooses, and no user input. */
  static Stream<Arguments> constants() {
    return Stream.of(
        entry("provider", provider -> TargetKey.of(provider, "trace")),
        entry("name", name -> TargetKey.of("chooser", name)),
        entry("header", MADE::inResponseHeader),
        entry("header", MADE::chosenInRequestHeader));
  }

  private static Arguments entry(String field, Function<String, Object> in) {
    return arguments(field, (Consumer<String>) text -> assertThat(in.apply(text)).isNotNull());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ids")
  void aBadIdIsRefusedByName(String field, Consumer<String> in) {
    refused(in, BadInput.absent(), field + " must not be null");
    badTextIsRefused(field, in);
    assertThatExceptionOfType(InvalidFeedbackException.class).isThrownBy(() -> in.accept(" "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("constants")
  void aBadConstantIsRefusedByNameAndIsNoFeedbackOfAnybodys(String field, Consumer<String> in) {
    assertThatNullPointerException()
        .isThrownBy(() -> in.accept(BadInput.absent()))
        .withMessage(field + " must not be null");
    badTextIsRefused(field, in);
    assertThatThrownBy(() -> in.accept(" ")).isNotInstanceOf(InvalidFeedbackException.class);
  }

  private static void badTextIsRefused(String field, Consumer<String> in) {
    assertThat(BadInput.BLANK).allSatisfy(id -> refused(in, id, field + " must not be blank"));
    assertThat(BadInput.CONTROL)
        .allSatisfy(id -> refused(in, id, field + " must not contain control characters"));
    assertThat(BadInput.UNPAIRED)
        .allSatisfy(id -> refused(in, id, field + " must be well-formed text"));
  }

  private static void refused(Consumer<String> in, String id, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> in.accept(id))
        .withMessageStartingWith(message);
  }

  @Test
  void aBareIdIsEveryProviders() {
    Target bare = Target.of("id 😀");
    assertThat(bare.isBare()).isTrue();
    assertThat(bare.id(MADE)).contains("id 😀");
    assertThat(bare.id(CHOSEN)).contains("id 😀");
  }

  @Test
  void aBareIdTakesNoNamedOneBesideIt() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Target.of("bare").and(MADE, "named"))
        .withMessageContaining("Target.of(key, id).and(key, id)");
  }

  @Test
  void aNamedIdIsItsProvidersAlone() {
    Target target = Target.of(MADE, "m");
    assertThat(target.isBare()).isFalse();
    assertThat(target.id(MADE)).contains("m");
    assertThat(target.id(CHOSEN)).isEmpty();
    assertThat(target.id(TargetKey.of("maker", "session"))).isEmpty();
    assertThat(target.and(CHOSEN, "c").id(CHOSEN)).contains("c");
  }

  @Test
  void anIdThatIsRequiredIsGivenOrItsAbsenceSaysWhatToAdd() {
    Target target = Target.of(MADE, "m");
    assertThat(target.requireId(MADE)).isEqualTo("m");
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> target.requireId(CHOSEN))
        .withMessage(
            "%s cannot keep this feedback: its target %s has no id for %s; add one with"
                + " target.and(key, id)",
            CHOSEN.provider(), target, CHOSEN)
        .matches(error -> error.provider().equals(CHOSEN.provider()) && error.attempts() == 0);
  }

  @Test
  void aSharedIdReachesOnlyProvidersWhoseIdsCanBeChosen() {
    Target shared = Target.shared("s");
    assertThat(shared.isBare()).isFalse();
    assertThat(shared.id(CHOSEN)).contains("s");
    assertThat(shared.id(MADE)).isEmpty();
  }

  @Test
  void idsReadAndStoredMakeTheSameTargetAgain() {
    Target target = Target.of(MADE, "m").and(CHOSEN, "c");
    String made = target.id(MADE).orElseThrow();
    String chosen = target.id(CHOSEN).orElseThrow();
    assertThat(Target.of(CHOSEN, chosen).and(MADE, made)).isEqualTo(target);
  }

  @Test
  void aNamedIdWinsOverTheSharedOne() {
    Target target = Target.shared("s").and(CHOSEN, "c").and(MADE, "m");
    assertThat(target.id(CHOSEN)).contains("c");
    assertThat(target.id(MADE)).contains("m");
  }

  @Test
  void aLaterIdOfTheSameKeyReplacesAnEarlierOne() {
    assertThat(Target.of(MADE, "old").and(TargetKey.of("MAKER", "log"), "new").id(MADE))
        .contains("new");
  }

  @Test
  void aTargetHasAtMostAHundredNamedIds() {
    Target target = Target.shared("s");
    for (int i = 0; i < 100; i++) {
      target = target.and(TargetKey.of("maker", "log" + i), "id");
    }
    Target most = target;

    assertThat(most.namedIds()).hasSize(100);
    assertThat(most.and(TargetKey.of("maker", "log99"), "other").namedIds()).hasSize(100);
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> most.and(MADE, "private"))
        .withMessage("target ids must be at most 100, but would be more")
        .matches(e -> e.field().equals("target ids"));
  }

  @Test
  void severalIdsAreAddedAsOneByOne() {
    Target target = Target.of(MADE, "old").and(CHOSEN, "c");

    assertThat(Target.of(MADE, "m").and(Map.of(MADE, "old", CHOSEN, "c"))).isEqualTo(target);
    assertThat(Target.shared("s").and(Map.of())).isEqualTo(Target.shared("s"));
    assertThat(Target.shared("s").and(target.namedIds()))
        .isEqualTo(Target.shared("s").and(MADE, "old").and(CHOSEN, "c"));
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> target.and(Map.of(MADE, " ")))
        .withMessage("target id of maker/log must not be blank");
    assertThatIllegalStateException().isThrownBy(() -> Target.of("t").and(Map.of(MADE, "m")));
    assertThatNullPointerException()
        .isThrownBy(() -> target.and(BadInput.<Map<TargetKey, String>>absent()))
        .withMessage("target ids must not be null");
  }

  @Test
  void andLeavesTheTargetAsItWas() {
    Target before = Target.of(MADE, "m");
    Target after = before.and(CHOSEN, "c");
    assertThat(before.id(CHOSEN)).isEmpty();
    assertThat(after).isNotEqualTo(before);
  }

  @Test
  void nullKeysAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> Target.of(BadInput.absent(), "id"))
        .withMessage("target key must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.of("bare").id(BadInput.absent()))
        .withMessage("target key must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.fromHeaders(Map.of(), MADE, BadInput.absent()))
        .withMessage("target key must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.fromHeaders(Map.of(), BadInput.<TargetKey[]>absent()))
        .withMessage("target keys must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.fromHeaders(name -> List.of(), BadInput.<TargetKey[]>absent()))
        .withMessage("target keys must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.of("bare").requestHeaders(BadInput.<TargetKey[]>absent()))
        .withMessage("target keys must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Target.of("bare").requestHeaders(BadInput.<TargetKey>absent()))
        .withMessage("target key must not be null");
  }

  @Test
  void nullHeadersAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> Target.fromHeaders(BadInput.<Map<String, List<String>>>absent(), MADE))
        .withMessage("headers must not be null");
    assertThatNullPointerException()
        .isThrownBy(
            () -> Target.fromHeaders(BadInput.<Function<String, List<String>>>absent(), MADE))
        .withMessage("headers must not be null");
  }

  @Test
  void headersOfAnyCaseNameTheTarget() {
    Map<String, List<String>> headers =
        Map.of("x-TRACE-id", List.of(" ", " t-1 ", "t-2"), "log-id", List.of("l-1"));
    assertThat(Target.fromHeaders(headers, MADE, CHOSEN))
        .contains(Target.of(MADE, "l-1").and(CHOSEN, "t-1"));
  }

  @Test
  void aValueThatCannotBeAnIdIsPassedOver() {
    Map<String, List<String>> headers =
        Map.of("X-Trace-Id", List.of("a\tb", "\u00A0", "t-1"), "Log-Id", List.of("l\u0007"));
    assertThat(Target.fromHeaders(headers, MADE, CHOSEN)).contains(Target.of(CHOSEN, "t-1"));
  }

  @Test
  void headersThatNameNothingGiveNoTarget() {
    TargetKey inNoHeader = TargetKey.of("maker", "session");
    Map<String, List<String>> headers = Map.of("Log-Id", List.of(" "), "Other", List.of("x"));
    assertThat(Target.fromHeaders(headers, MADE, CHOSEN, inNoHeader)).isEmpty();
    assertThat(Target.fromHeaders(headers)).isEmpty();
  }

  @Test
  void aHeadersFunctionMayAnswerNull() {
    Function<String, Collection<String>> none = name -> BadInput.absent();
    assertThat(Target.fromHeaders(none, MADE)).isEmpty();
    Function<String, Collection<String>> holed = name -> Arrays.asList(null, "l-1");
    assertThat(Target.fromHeaders(holed, MADE)).contains(Target.of(MADE, "l-1"));
  }

  @Test
  void theNullKeyOfHttpUrlConnectionIsPassedOver() {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put(BadInput.absent(), List.of("HTTP/1.1 200 OK"));
    headers.put("log-id", BadInput.absent());
    headers.put("Log-Id", List.of("l-1"));
    assertThat(Target.fromHeaders(headers, MADE)).contains(Target.of(MADE, "l-1"));
  }

  @Test
  void equalityIsByIdsWhateverTheirOrder() {
    Target one = Target.of(MADE, "m").and(CHOSEN, "c");
    Target other = Target.of(CHOSEN, "c").and(MADE, "m");
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo("m");
    assertThat(Target.of("x")).isEqualTo(Target.of("x")).isNotEqualTo(Target.shared("x"));
    assertThat(Target.shared("x")).isEqualTo(Target.shared("x")).isNotEqualTo(Target.shared("y"));
  }

  @Test
  void toStringTellsTheIds() {
    assertThat(Target.of("bare")).hasToString("bare");
    assertThat(Target.shared("s").and(MADE, "m")).hasToString("[shared=s, maker/log=m]");
  }

  @Test
  void keysAreEqualByProviderAndName() {
    assertThat(TargetKey.of("Chooser", "trace")).isEqualTo(CHOSEN).hasSameHashCodeAs(CHOSEN);
    assertThat(CHOSEN)
        .isNotEqualTo(TargetKey.of("chooser", "session"))
        .isNotEqualTo(TargetKey.of("maker", "trace"))
        .isNotEqualTo("chooser/trace")
        .hasToString("chooser/trace");
  }

  @Test
  void aKeyKnowsItsHeadersAndWhetherItsIdsCanBeChosen() {
    TargetKey plain = TargetKey.of("MAKER", "log");
    assertThat(plain.provider()).isEqualTo("maker");
    assertThat(plain.name()).isEqualTo("log");
    assertThat(plain.isChoosable()).isFalse();
    assertThat(plain.responseHeader()).isEmpty();
    assertThat(plain.requestHeader()).isEmpty();
    assertThat(MADE.responseHeader()).contains("Log-Id");
    assertThat(MADE.isChoosable()).isFalse();
    TargetKey chosen = plain.chosenInRequestHeader("Chosen").inResponseHeader("Answered");
    assertThat(chosen.isChoosable()).isTrue();
    assertThat(chosen.requestHeader()).contains("Chosen");
    assertThat(chosen.responseHeader()).contains("Answered");
  }
}
