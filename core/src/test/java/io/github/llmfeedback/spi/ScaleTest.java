package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Rating.Score;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
  private final Losses losses = new Losses("toy");

  @ParameterizedTest
  @CsvSource({
    "1, 1, 5, -10, 10, -10",
    "3, 1, 5, -10, 10, 0",
    "4, 1, 5, -10, 10, 5",
    "5, 1, 5, -10, 10, 10",
    "7, -10, 10, -10, 10, 7",
    "0.7, 0, 1, 0, 10, 7",
    "0.3, 0.1, 0.5, 0, 10, 5", // in doubles 0.3 − 0.1 is not half of 0.5 − 0.1
    "-1e308, -1e308, 1e308, -10, 10, -10",
    "0, -1e308, 1e308, -10, 10, 0",
    "1e308, -1e308, 1e308, -10, 10, 10",
    "5e307, -1e308, 1e308, -10, 10, 5",
    "1e-300, 0, 1e-300, -10, 10, 10",
    "5e-301, 0, 1e-300, -10, 10, 0",
    "4.9e-324, 0, 4.9e-324, 1, 5, 5",
    "2, 1, 3, -2147483648, 2147483646, -1",
    "1, 0, 1, -2147483648, 2147483647, 2147483647",
  })
  void aScoreThatFallsOnAStepIsExact(
      double value, double min, double max, int low, int high, int expected) {
    assertThat(Scale.onto(low, high, new Score(value, min, max), losses)).isEqualTo(expected);
    assertThat(losses.noted()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "3.1, 1, 5, -10, 10, 1", // 0.5
    "2.9, 1, 5, -10, 10, -1", // −0.5
    "3.09, 1, 5, -10, 10, 0",
    "3.11, 1, 5, -10, 10, 1",
    "4.9, 1, 5, -10, 10, 10", // 9.5
    "1.1, 1, 5, -10, 10, -10", // −9.5
    "0.05, 0, 1, 0, 10, 0", // 0.5, whose middle is 5
    "0.45, 0, 1, 0, 10, 4",
    "0.55, 0, 1, 0, 10, 6",
    "0.95, 0, 1, 0, 10, 10",
    "0.45, 0, 1, -10, 0, -6",
    "0.55, 0, 1, -10, 0, -4",
    "0.5, 0, 1, 0, 1, 1", // the middle itself is between: up
    "0.5, 0, 1, -1, 0, 0",
    "1e-300, -1e308, 1e308, -10, 10, 0",
    "9.9e307, -1e308, 1e308, -10, 10, 10",
    "4.9e-324, 0, 1, -10, 10, -10",
  })
  void aScoreBetweenTwoStepsIsRoundedAwayFromTheMiddleAndNoted(
      double value, double min, double max, int low, int high, int expected) {
    assertThat(Scale.onto(low, high, new Score(value, min, max), losses)).isEqualTo(expected);
    assertThat(losses.noted())
        .containsExactly(
            new Loss(
                Part.SCORE,
                Loss.Kind.ROUNDED,
                "the score became " + expected + " of " + low + " … " + high));
  }

  /** Against plain arithmetic: it never moves a score by more than half a step, or in silence. */
  @Test
  void roundingIsByAtMostHalfAStepAndNeverSilent() {
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      double min = anything(random);
      double max = anything(random);
      double value = random.nextInt(4) == 0 ? min : min + (max - min) * random.nextDouble();
      if (!(min < max && min <= value && value <= max)) {
        continue;
      }
      int low = random.nextInt(21) - 10;
      int high = low + 1 + random.nextInt(20);
      Losses noted = new Losses("toy");
      int got = Scale.onto(low, high, new Score(value, min, max), noted);

      BigDecimal exactTimesRange =
          decimal(value)
              .subtract(decimal(min))
              .multiply(BigDecimal.valueOf(high - low))
              .add(decimal(max).subtract(decimal(min)).multiply(BigDecimal.valueOf(low)));
      BigDecimal range = decimal(max).subtract(decimal(min));
      BigDecimal moved = BigDecimal.valueOf(got).multiply(range).subtract(exactTimesRange).abs();
      String what = value + " of " + min + " … " + max + " onto " + low + " … " + high;
      assertThat(got).as(what).isBetween(low, high);
      assertThat(moved.multiply(BigDecimal.valueOf(2))).as(what).isLessThanOrEqualTo(range);
      assertThat(noted.noted()).as(what).hasSize(moved.signum() == 0 ? 0 : 1);
    }
  }

  @Test
  void aBetterScoreNeverBecomesAWorseOne() {
    int last = -10;
    for (int i = 0; i <= 1_000; i++) {
      int now = Scale.onto(-10, 10, new Score(i / 1_000.0, 0, 1), losses);
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
    assertThat(last).isEqualTo(10);
  }

  @Test
  void aScaleTurnedAroundIsRoundedAlike() {
    for (int i = 0; i <= 1_000; i++) {
      int up = Scale.onto(-10, 10, new Score(i / 10.0, -100, 100), losses);
      int down = Scale.onto(-10, 10, new Score(-i / 10.0, -100, 100), losses);
      assertThat(down).isEqualTo(-up);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "5, 1, 5, true",
    "3.0000001, 1, 5, true",
    "2.9999999, 1, 5, false",
    "1, 1, 5, false",
    "1e-300, -1, 1, true",
    "-4.9e-324, -1e308, 1e308, false",
    "4.9e-324, 0, 4.9e-324, true",
    "9.9e307, 9e307, 1.1e308, false",
    "-1e308, -1.1e308, -9.5e307, true",
  })
  void theUpperHalfIsGoodAndThatIsAnApproximation(
      double value, double min, double max, boolean good) {
    assertThat(Scale.isGood(new Score(value, min, max), losses)).isEqualTo(good);
    assertThat(losses.noted())
        .containsExactly(
            new Loss(
                Part.SCORE,
                Loss.Kind.APPROXIMATED,
                "the score became a thumb " + (good ? "up" : "down")));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 1, 5",
    "0, -1, 1",
    "0, -1e308, 1e308",
    "1e308, 9e307, 1.1e308",
    "0.3, 0.1, 0.5",
    "5e-301, 0, 1e-300",
  })
  void theExactMiddleIsRefusedUnderAnyPolicy(double value, double min, double max) {
    assertThatThrownBy(() -> Scale.isGood(new Score(value, min, max), losses))
        .isInstanceOfSatisfying(
            UnrepresentableFeedbackException.class,
            error -> {
              assertThat(error.losses()).isEmpty();
              assertThat(error.provider()).isEqualTo("toy");
              assertThat(error).hasMessageContaining("the score is exactly between");
            });
    assertThat(losses.noted()).isEmpty();
  }

  @Test
  void fiveStarsAreKeptOnPortkeysScaleWithoutLoss() {
    for (int stars = 1; stars <= 5; stars++) {
      assertThat(Scale.onto(-10, 10, Rating.stars(stars), losses)).isEqualTo(5 * stars - 15);
    }
    assertThat(losses.noted()).isEmpty();
  }

  private static BigDecimal decimal(double value) {
    return new BigDecimal(Double.toString(value), MathContext.UNLIMITED);
  }

  /** Small whole numbers, decimals and the ends of the double range. */
  private static double anything(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(21) - 10;
      case 1 -> (random.nextInt(2001) - 1000) / 100.0;
      case 2 -> Math.scalb(random.nextDouble() - 0.5, random.nextInt(2000) - 1000);
      default -> random.nextBoolean() ? 1e308 : -1e308;
    };
  }
}
