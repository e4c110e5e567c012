package io.github.llmfeedback;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a provider cannot keep of one part of a feedback.
 *
 * @param part the part
 * @param kind how much of it is lost
 * @param detail what became of it, in words for people; holds nothing that the person wrote
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
    /** It became something coarser: a score became thumbs. */
    APPROXIMATED,
    /** All of it. */
    DROPPED
  }

  @Override
  public String toString() {
    return part + " " + kind + " (" + detail + ")";
  }
}
