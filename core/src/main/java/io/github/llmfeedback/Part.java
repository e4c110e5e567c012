package io.github.llmfeedback;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A part of a {@link Feedback} that a provider keeps or cannot keep.
 *
 * @see Capabilities
 */
public enum Part {
  /** A rating by thumbs: {@link Rating.Thumbs}. */
  THUMBS,
  /** A rating by number on a stated scale: {@link Rating.Score}. */
  SCORE,
  /** A rating by name: {@link Rating.Label}. */
  LABEL,
  /** What the person said about the answer. */
  COMMENT,
  /** What the answer should have been. */
  CORRECTION,
  /** What is wrong with the answer, by a name the project defines. */
  ISSUE,
  /** What the person did with the answer, by a name the project defines. */
  ACTION,
  /** How much this feedback counts compared with others on the same target. */
  WEIGHT,
  /** Who gave the feedback. */
  AUTHOR,
  /** When the person gave it. */
  OCCURRED_AT,
  /** Additional facts as JSON. */
  METADATA;

  /** The parts that were given, each once. */
  static Set<Part> each(Part... parts) {
    Objects.requireNonNull(parts, "parts must not be null");
    Set<Part> each = EnumSet.noneOf(Part.class);
    for (Part part : parts) {
      each.add(Objects.requireNonNull(part, "part must not be null"));
    }
    return each;
  }

  /** Whether this part is a rating, of which a feedback has at most one. */
  boolean isRating() {
    return this == THUMBS || this == SCORE || this == LABEL;
  }

  /** Whether this part states something by itself; the others only describe what is stated. */
  public boolean isStatement() {
    return switch (this) {
      case THUMBS, SCORE, LABEL, COMMENT, CORRECTION, ISSUE, ACTION -> true;
      case WEIGHT, AUTHOR, OCCURRED_AT, METADATA -> false;
    };
  }
}
