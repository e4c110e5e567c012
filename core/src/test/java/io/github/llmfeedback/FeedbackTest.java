package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.Rating.Thumbs;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedbackTest {
  private static final Instant NOON = Instant.parse("2026-07-01T12:00:00Z");

  private static Feedback.Builder begun() {
    return Feedback.on("trace-7f3a");
  }

  private static Feedback full() {
    return begun()
        .thumbsUp()
        .comment("the comment")
        .correction("the correction")
        .issue("the issue")
        .action("the action")
        .weight(0.5)
        .author("the author")
        .occurredAt(NOON)
        .metadata("the key", "the value")
        .build();
  }

  @Test
  void itSaysWhatWasStated() {
    Feedback feedback = full();
    assertThat(feedback.target()).isEqualTo(Target.of("trace-7f3a"));
    assertThat(feedback.rating()).contains(Thumbs.UP);
    assertThat(feedback.comment()).contains("the comment");
    assertThat(feedback.correction()).contains("the correction");
    assertThat(feedback.issues()).containsExactly("the issue");
    assertThat(feedback.actions()).containsExactly("the action");
    assertThat(feedback.weight()).hasValue(0.5);
    assertThat(feedback.author()).contains("the author");
    assertThat(feedback.occurredAt()).contains(NOON);
    assertThat(feedback.metadata()).containsExactly(Map.entry("the key", "the value"));
    assertThat(feedback.parts())
        .containsExactlyElementsOf(EnumSet.complementOf(EnumSet.of(Part.SCORE, Part.LABEL)));
  }

  @Test
  void whatWasNotStatedIsEmpty() {
    Feedback feedback = begun().comment("hi").build();
    assertThat(feedback.rating()).isEmpty();
    assertThat(feedback.correction()).isEmpty();
    assertThat(feedback.issues()).isEmpty();
    assertThat(feedback.actions()).isEmpty();
    assertThat(feedback.weight()).isEmpty();
    assertThat(feedback.author()).isEmpty();
    assertThat(feedback.occurredAt()).isEmpty();
    assertThat(feedback.metadata()).isEmpty();
    assertThat(feedback.parts()).containsExactly(Part.COMMENT);
  }

  @Test
  void everyStatementAloneIsEnough() {
    List<UnaryOperator<Feedback.Builder>> statements =
        List.of(
            Feedback.Builder::thumbsUp,
            Feedback.Builder::thumbsDown,
            builder -> builder.stars(4),
            builder -> builder.score(7, -10, 10),
            builder -> builder.label("great"),
            builder -> builder.comment("c"),
            builder -> builder.correction("c"),
            builder -> builder.issue("i"),
            builder -> builder.action("a"));
    assertThat(statements)
        .allSatisfy(statement -> assertThat(statement.apply(begun()).build().parts()).hasSize(1));
  }

  @Test
  void aFeedbackThatStatesNothingIsRefused() {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(begun()::build)
        .withMessageStartingWith("a feedback must state something");
    Feedback.Builder onlyContext =
        begun().weight(1).author("me").occurredAt(NOON).metadata("key", "value");
    assertThatExceptionOfType(InvalidFeedbackException.class).isThrownBy(onlyContext::build);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {-0.001, 1.001, -1, 2, Double.NaN, Double.POSITIVE_INFINITY, -Double.MIN_VALUE})
  void aWeightOutsideZeroToOneIsRefused(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().weight(weight))
        .withMessage("weight must be from 0 to 1, but is " + weight);
  }

  @Test
  void aWeightOfMinusZeroIsZero() {
    Feedback zero = begun().thumbsUp().weight(0.0).build();
    Feedback minusZero = begun().thumbsUp().weight(-0.0).build();
    assertThat(minusZero).isEqualTo(zero).hasSameHashCodeAs(zero);
    assertThat(Double.toString(minusZero.weight().orElseThrow())).isEqualTo("0.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000-12-31T23:59:59.999999999Z", "+10000-01-01T00:00:00Z"})
  void aTimeThatRfc3339CannotWriteIsRefused(Instant time) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().occurredAt(time))
        .withMessage("occurredAt must be in the years 1 to 9999, but is " + time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"})
  void theFirstAndTheLastTimeOfRfc3339AreTaken(Instant time) {
    assertThat(begun().thumbsUp().occurredAt(time).build().occurredAt()).contains(time);
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> Feedback.on(BadInput.<Target>absent()))
        .withMessage("target must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().target(BadInput.absent()))
        .withMessage("target must not be null");
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> begun().rating(BadInput.absent()))
        .withMessage("rating must not be null");
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> begun().occurredAt(BadInput.absent()))
        .withMessage("occurredAt must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().clear(BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> full().without(BadInput.absent()))
        .withMessage("parts must not be null");
  }

  @Test
  void aLaterRatingReplacesAnEarlierOne() {
    Feedback feedback = begun().thumbsUp().label("great").stars(2).build();
    assertThat(feedback.rating()).contains(new Rating.Score(2, 1, 5));
    assertThat(feedback.parts()).containsExactly(Part.SCORE);
  }

  @Test
  void aNameTwiceStandsOnceAndTheOrderIsKept() {
    Feedback feedback =
        begun().issue("b").issue("a").issue("b").action("z").action("y").action("z").build();
    assertThat(feedback.issues()).containsExactly("b", "a");
    assertThat(feedback.actions()).containsExactly("z", "y");
  }

  @Test
  void whatTheBuilderDoesLaterDoesNotChangeTheFeedback() {
    Feedback.Builder builder = full().newBuilder();
    Feedback before = builder.build();
    builder.target(Target.of("other")).thumbsDown().comment("x").issue("x").action("x");
    builder.metadata("x", "x").clear(Part.WEIGHT).clear(Part.AUTHOR);
    assertThat(before).isEqualTo(full());
    assertThat(builder.build()).isNotEqualTo(full());
  }

  @Test
  void newBuilderBeginsWithEverything() {
    Feedback feedback = full();
    assertThat(feedback.newBuilder().build())
        .isEqualTo(feedback)
        .hasSameHashCodeAs(feedback)
        .isNotSameAs(feedback);
  }

  @Test
  void whatItHandsOutCannotBeChanged() {
    assertThat(full().issues()).isUnmodifiable();
    assertThat(full().actions()).isUnmodifiable();
    assertThat(full().metadata()).isUnmodifiable();
    assertThat(full().parts()).isUnmodifiable();
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void clearTakesOutThatPartOnly(Part part) {
    Feedback feedback = full();
    Set<Part> left = EnumSet.copyOf(feedback.parts());
    left.remove(part);
    assertThat(feedback.newBuilder().clear(part).build().parts()).isEqualTo(left);
    assertThat(feedback.without(Set.of(part)).parts()).isEqualTo(left);
    assertThat(feedback).isEqualTo(full());
  }

  @Test
  void withoutItsLastStatementThereIsNoFeedback() {
    Feedback feedback = begun().thumbsUp().comment("hi").author("me").build();
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> feedback.without(Set.of(Part.THUMBS, Part.COMMENT)))
        .withMessageStartingWith("a feedback must state something");
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void feedbacksThatDifferInOnePartAreNotEqual(Part part) {
    Feedback scored = full().newBuilder().stars(4).build();
    Feedback labelled = full().newBuilder().label("great").build();
    assertThat(List.of(full(), scored, labelled))
        .filteredOn(feedback -> feedback.parts().contains(part))
        .isNotEmpty()
        .allSatisfy(feedback -> assertThat(feedback.without(Set.of(part))).isNotEqualTo(feedback));
  }

  @Test
  void equalityIsByContent() {
    assertThat(full()).isEqualTo(full()).hasSameHashCodeAs(full()).isNotEqualTo("feedback");
    assertThat(full().newBuilder().target(Target.of("other")).build()).isNotEqualTo(full());
    assertThat(full().newBuilder().weight(0.6).build()).isNotEqualTo(full());
    assertThat(full().newBuilder().occurredAt(NOON.plusNanos(1)).build()).isNotEqualTo(full());
  }

  @Test
  void toStringNamesThePartsAndNeverWhatTheySay() {
    assertThat(full().newBuilder().label("the label").build().toString())
        .isEqualTo(
            "Feedback on trace-7f3a [LABEL, COMMENT, CORRECTION, ISSUE, ACTION, WEIGHT, AUTHOR,"
                + " OCCURRED_AT, METADATA]");
  }
}
