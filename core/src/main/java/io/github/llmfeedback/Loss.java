package io.github.llmfeedback;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a provider cannot keep of one part of a feedback.
 *
 * @param part the part
 * @param kind how much of it is lost
 * @param detail what became of it, for people to read; contains nothing that the person wrote
 */
public record Loss(Part part, Kind kind, String detail) implements Serializable {
  /** Checks that nothing is null. */
  public Loss {
    Objects.requireNonNull(part, "part must not be null");
    Objects.requireNonNull(kind, "kind must not be null");
    Objects.requireNonNull(detail, "detail must not be null");
    Text.wellFormed("detail", detail);
  }

  /** How much of a part is lost. */
  public enum Kind {
    /** At most half a step of the provider's scale. */
    ROUNDED,
    /** It was changed into something coarser, such as a score into thumbs. */
    APPROXIMATED,
    /** All of it. */
    DROPPED
  }

  @Override
  public String toString() {
    return part + " " + kind + " (" + detail + ")";
  }
}
