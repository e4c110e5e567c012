package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every text of a feedback must be, wherever it enters. */
class FeedbackTextTest {
  private static Feedback.Builder begun() {
    return Feedback.on("trace-7f3a");
  }

  /** Where names enter: the field as messages call it, and the way in. */
  static Stream<Arguments> names() {
    return Stream.of(
        entry("target id", Feedback::on),
        entry("label", begun()::label),
        entry("issue", begun()::issue),
        entry("action", begun()::action));
  }

  /** Where boxes of a form enter that may be left empty. */
  static Stream<Arguments> boxes() {
    return Stream.of(
        entry("comment", begun()::comment),
        entry("correction", begun()::correction),
        entry("author", begun()::author));
  }

  /** Where text enters that must be there. */
  static Stream<Arguments> required() {
    return Stream.concat(
        names(), Stream.of(entry("metadata key", key -> begun().metadata(key, 1))));
  }

  static Stream<Arguments> namesAndAuthor() {
    return Stream.concat(names(), Stream.of(entry("author", begun()::author)));
  }

  static Stream<Arguments> texts() {
    return Stream.concat(required(), boxes());
  }

  private static Arguments entry(String field, Function<String, Object> in) {
    return arguments(field, (Consumer<String>) text -> assertThat(in.apply(text)).isNotNull());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("required")
  void blankTextIsRefused(String field, Consumer<String> in) {
    assertThat(BadInput.BLANK)
        .allSatisfy(
            text ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.accept(text))
                    .withMessage(field + " must not be blank"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("required")
  void nullTextIsRefused(String field, Consumer<String> in) {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> in.accept(BadInput.absent()))
        .withMessage(field + " must not be null");
  }

  @Test
  void aBoxLeftEmptyStatesNothing() {
    Feedback thumb = begun().thumbsUp().build();
    Stream.concat(Stream.of(BadInput.<String>absent()), BadInput.BLANK.stream())
        .forEach(
            empty ->
                assertThat(
                        begun().thumbsUp().comment(empty).correction(empty).author(empty).build())
                    .isEqualTo(thumb));
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> begun().comment(" ").author("user-17").build())
        .withMessageStartingWith("a feedback must state something");
  }

  @Test
  void anEmptyBoxTakesBackWhatWasStatedBefore() {
    Feedback full = begun().thumbsUp().comment("c").correction("c").author("a").build();
    assertThat(full.newBuilder().comment("").correction(null).author(" ").build())
        .isEqualTo(begun().thumbsUp().build());
    assertThat(begun().comment(" ").comment("later").build().comment()).contains("later");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void anUnpairedSurrogateIsRefusedAndTheTextNotRepeated(String field, Consumer<String> in) {
    assertThat(BadInput.UNPAIRED)
        .allSatisfy(
            text ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.accept("secret " + text))
                    .withMessageStartingWith(field + " must be well-formed text")
                    .withMessageContaining("unpaired surrogate at index")
                    .withMessageNotContaining("secret"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void anEmojiIsText(String field, Consumer<String> in) {
    assertThatCode(() -> in.accept("😀")).as(field).doesNotThrowAnyException();
    assertThatCode(() -> in.accept("👩‍👩‍👧‍👦 日本語 \uFFFF")).as(field).doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("namesAndAuthor")
  void controlCharactersInNamesAreRefused(String field, Consumer<String> in) {
    assertThat(BadInput.CONTROL)
        .allSatisfy(
            text ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.accept(text))
                    .withMessageStartingWith(field + " must not contain control characters"));
  }

  @Test
  void wordsMayHaveSeveralLines() {
    assertThat(begun().comment("a\n\tb\u0000").build().comment()).contains("a\n\tb\u0000");
  }

  @Test
  void wordsArriveAsTheyWereWritten() {
    assertThat(begun().comment("  spaced \u00A0").build().comment()).contains("  spaced \u00A0");
  }
}
