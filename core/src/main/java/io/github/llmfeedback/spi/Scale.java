package io.github.llmfeedback.spi;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Converts scores to a provider's scale, and notes what that changed. */
public final class Scale {
  private Scale() {}

  /**
   * The whole number from {@code min} to {@code max} at the same position as the score, rounded to
   * the nearest; halfway between two, it is rounded away from the middle of the scale, and the
   * middle itself is rounded up.
   */
  public static int onto(int min, int max, Rating.Score score, Losses losses) {
    BigDecimal low = BigDecimal.valueOf(score.min());
    BigDecimal range = BigDecimal.valueOf(score.max()).subtract(low);
    BigDecimal position =
        BigDecimal.valueOf(score.value())
            .subtract(low)
            .multiply(BigDecimal.valueOf((long) max - min));
    RoundingMode nearest = side(score) < 0 ? RoundingMode.HALF_DOWN : RoundingMode.HALF_UP;
    BigDecimal steps = position.divide(range, 0, nearest);
    int value = Math.toIntExact(min + steps.longValueExact());
    if (position.compareTo(range.multiply(steps)) != 0) {
      losses.rounded(Part.SCORE, "the score became " + value + " of " + min + " … " + max);
    }
    return value;
  }

  /**
   * Whether a feedback is good, for a provider that keeps only good and bad: a score counts by the
   * half it is in.
   */
  public static boolean isGood(Feedback feedback, Losses losses) {
    return feedback
        .rating()
        .orElseThrow(() -> losses.refusal("it keeps nothing but a rating"))
        .<Boolean>fold(
            thumbs -> thumbs == Rating.Thumbs.UP,
            score -> isGood(score, losses),
            label -> {
              throw losses.refusal("it has no names for ratings");
            });
  }

  /** Whether the score is in the upper half; its exact middle is refused. */
  public static boolean isGood(Rating.Score score, Losses losses) {
    int side = side(score);
    if (side == 0) {
      throw losses.refusal("it has only good and bad, and the score is exactly between");
    }
    losses.approximated(Part.SCORE, "the score became a thumb " + (side > 0 ? "up" : "down"));
    return side > 0;
  }

  /**
   * Below 0 in the lower half of the score's scale, 0 in its exact middle, above 0 in the upper.
   */
  private static int side(Rating.Score score) {
    return BigDecimal.valueOf(score.value())
        .multiply(BigDecimal.valueOf(2))
        .compareTo(BigDecimal.valueOf(score.min()).add(BigDecimal.valueOf(score.max())));
  }
}
