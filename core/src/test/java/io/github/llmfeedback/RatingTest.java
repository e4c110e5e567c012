package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Rating.Label;
import io.github.llmfeedback.Rating.Score;
import io.github.llmfeedback.Rating.Thumbs;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RatingTest {
  private static String folded(Rating rating) {
    return rating.fold(
        thumbs -> "thumbs " + thumbs, score -> "score " + score.value(), label -> label.name());
  }

  @Test
  void foldCallsTheFunctionThatFits() {
    assertThat(folded(Thumbs.UP)).isEqualTo("thumbs UP");
    assertThat(folded(Rating.stars(4))).isEqualTo("score 4.0");
    assertThat(folded(new Label("great"))).isEqualTo("great");
  }

  @Test
  void foldNeedsNoCastWhereTheBranchesDiffer() {
    Function<Object, Object> anything = rating -> "some " + rating;
    Function<Rating, List<Double>> none = rating -> List.of();
    for (Rating rating : List.of(Thumbs.DOWN, new Score(2.5, 0, 5), new Label("good"))) {
      Object wire = rating.fold(Thumbs::name, score -> List.of(score.value()), Label::name);
      Object wide = rating.fold(anything, none, Label::name);
      boolean good =
          rating.fold(
              thumbs -> thumbs == Thumbs.UP,
              score -> score.value() > 2,
              label -> label.name().equals("good"));

      assertThat(wire).isIn("DOWN", List.of(2.5), "good");
      assertThat(wide).isIn("some DOWN", List.of(), "good");
      assertThat(good).isEqualTo(rating != Thumbs.DOWN);
    }
  }

  @Test
  void eachKindIsItsPart() {
    assertThat(Thumbs.UP.part()).isEqualTo(Part.THUMBS);
    assertThat(Thumbs.DOWN.part()).isEqualTo(Part.THUMBS);
    assertThat(Rating.stars(4).part()).isEqualTo(Part.SCORE);
    assertThat(new Label("great").part()).isEqualTo(Part.LABEL);
  }

  @Test
  void starsAreAScoreFromOneToFive() {
    assertThat(Rating.stars(4)).isEqualTo(new Score(4, 1, 5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rating.stars(0))
        .withMessage("score must be from 1.0 to 5.0, but is 0.0");
  }

  @ParameterizedTest
  @CsvSource({"0.999, 1, 5", "5.001, 1, 5", "-11, -10, 10", "1, 0, 4.9E-324", "1e308, -1e308, 0"})
  void aScoreOutsideItsScaleIsRefused(double value, double min, double max) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Score(value, min, max))
        .withMessage("score must be from " + min + " to " + max + ", but is " + value);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 5", "5, 1, 5", "-1e308, -1e308, 1e308", "4.9E-324, 0, 4.9E-324", "0, -1, 1"})
  void aScoreOnItsScaleAndTheEndsAreTaken(double value, double min, double max) {
    assertThat(new Score(value, min, max).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 1", "0, 0, -0.0", "0, -0.0, 0"})
  void aScaleWhoseMinIsNotBelowItsMaxIsRefused(double value, double min, double max) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Score(value, min, max))
        .withMessageStartingWith("score's min must be below its max");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNoFiniteNumberIsRefused(double number) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Score(number, 0, 1))
        .withMessage("score must be a finite number, but is " + number);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Score(0, number, 1))
        .withMessage("score's min must be a finite number, but is " + number);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Score(0, 0, number))
        .withMessage("score's max must be a finite number, but is " + number);
  }

  @Test
  void minusZeroIsZero() {
    assertThat(new Score(-0.0, -0.0, 1)).isEqualTo(new Score(0, 0, 1));
    assertThat(new Score(-0.0, -1, -0.0)).hasSameHashCodeAs(new Score(0, -1, 0));
    assertThat(new Score(-0.0, -0.0, 1).toString()).doesNotContain("-0.0");
  }

  @Test
  void aLabelIsAName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Label(BadInput.absent()))
        .withMessage("label must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Label(" "))
        .withMessage("label must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Label("very\ngood"))
        .withMessage("label must not contain control characters, but has U+000A at index 4");
    assertThat(new Label("😀").name()).isEqualTo("😀");
  }
}
