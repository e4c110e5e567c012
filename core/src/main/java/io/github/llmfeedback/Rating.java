package io.github.llmfeedback;

import java.util.function.Function;

/** How good a person found the answer: thumbs up or down, a number on a scale, or a name. */
public sealed interface Rating {

  /** The part that this rating is, for {@link Capabilities}. */
  Part part();

  /**
   * Returns the result of the function for this kind of rating; Java 17 cannot switch over the
   * three cases. If the functions return different types, {@code R} is what these have in common.
   */
  default <R> R fold(
      Function<? super Thumbs, ? extends R> thumbs,
      Function<? super Score, ? extends R> score,
      Function<? super Label, ? extends R> label) {
    if (this instanceof Thumbs t) {
      return thumbs.apply(t);
    } else if (this instanceof Score s) {
      return score.apply(s);
    }
    return label.apply((Label) this);
  }

  /** A rating of {@code stars} from 1 to 5. */
  static Score stars(double stars) {
    return new Score(stars, 1, 5);
  }

  /** Good or bad. */
  enum Thumbs implements Rating {
    /** Good. */
    UP,
    /** Bad. */
    DOWN;

    @Override
    public Part part() {
      return Part.THUMBS;
    }
  }

  /**
   * A number with its scale, such as 4 on a scale of 1 … 5.
   *
   * @param value the rating, from {@code min} to {@code max}
   * @param min the worst value of the scale
   * @param max the best value of the scale, above {@code min}
   */
  record Score(double value, double min, double max) implements Rating {
    /** Checks that the scale is valid and that the value is on it. */
    public Score {
      value = finite("score", value);
      min = finite("score's min", min);
      max = finite("score's max", max);
      if (min >= max) {
        throw new InvalidFeedbackException(
            "score", "score's min must be below its max, but is " + min + " … " + max);
      }
      if (value < min || value > max) {
        throw new InvalidFeedbackException(
            "score", "score must be from " + min + " to " + max + ", but is " + value);
      }
    }

    private static double finite(String field, double number) {
      if (!Double.isFinite(number)) {
        throw new InvalidFeedbackException(
            "score", field + " must be a finite number, but is " + number);
      }
      return number + 0.0; // −0 becomes 0, so that equal scores are equal
    }

    @Override
    public Part part() {
      return Part.SCORE;
    }
  }

  /**
   * A name from a set that the project defines at its provider.
   *
   * @param name the name; not blank, at most 1,000 characters (UTF-16 units), without control,
   *     invisible, bidirectional and line-separator characters; emoji are allowed
   */
  record Label(String name) implements Rating {
    /** Checks the name. */
    public Label {
      Text.name("label", name);
    }

    @Override
    public Part part() {
      return Part.LABEL;
    }
  }
}
