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

/** The rules for every text of a feedback, whichever method takes it. */
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

  /** The methods for form fields that may be left empty. */
  static Stream<Arguments> boxes() {
    return Stream.of(
        entry("comment", begun()::comment),
        entry("correction", begun()::correction),
        entry("author", begun()::author));
  }

  /** The methods for text that is required. */
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
                    .withMessageMatching(
                        field
                            + " must not contain control characters, but has U\\+00.. at index \\d"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("namesAndAuthor")
  void invisibleAndBidirectionalCharactersInNamesAreRefusedAndNamedByNumber(
      String field, Consumer<String> in) {
    assertThat(BadInput.INVISIBLE)
        .allSatisfy(
            text ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.accept(text))
                    .withMessage(
                        field
                            + " must not contain invisible, bidirectional or line-separator"
                            + " characters, but has U+%04X at index 1",
                        text.codePointAt(1)));
  }

  /** One that Java 17 does not know is among them (of Unicode 14), and one of private use. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void anyEmojiIsText(String field, Consumer<String> in) {
    Stream.of(
            "\u2764\ufe0f",
            "\u25b6\ufe0f \u2194\ufe0f \u203c\ufe0f \u2049\ufe0f \u2139\ufe0f \u3030\ufe0f \u00a9\ufe0f",
            "1\ufe0f\u20e3#\ufe0f\u20e3*\ufe0f\u20e3",
            "\ud83d\udc4d\ud83c\udffd",
            "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
            "\ud83d\udc69\ud83c\udffd\u200d\u2764\ufe0f\u200d\ud83d\udc68\ud83c\udfff",
            "\ud83c\udff3\ufe0f\u200d\u26a7\ufe0f \ud83c\udff3\ufe0f\u200d\ud83c\udf08",
            "\ud83d\ude42\u200d\u2194\ufe0f",
            "\ud83c\udde9\ud83c\uddea",
            "\ud83e\udef1\ud83c\udffb\u200d\ud83e\udef2\ud83c\udfff",
            "\ue000")
        .forEach(text -> assertThatCode(() -> in.accept(text)).doesNotThrowAnyException());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("namesAndAuthor")
  void aNameHasAtMostAThousandCharacters(String field, Consumer<String> in) {
    assertThatCode(() -> in.accept("\ud83d\ude00".repeat(500))).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> in.accept("x".repeat(1_001)))
        .withMessage(field + " must have at most 1,000 characters, but has 1,001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> in.accept("\u001b".repeat(2_000_000)))
        .withMessage(field + " must have at most 1,000 characters, but has 2,000,000");
  }

  @Test
  void commentsAndCorrectionsStayFree() {
    String free = String.join("", BadInput.INVISIBLE) + "x".repeat(100_000);
    Feedback feedback = begun().comment(free).correction(free).build();
    assertThat(feedback.comment()).contains(free);
    assertThat(feedback.correction()).contains(free);
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
