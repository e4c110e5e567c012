package io.github.llmfeedback;

/** How a provider keeps a {@link Part}. */
public enum Support {
  /** In a field of its own. */
  NATIVE,
  /** In full, but inside another field, such as a key of the metadata. */
  EMBEDDED,
  /** Changed into something coarser; refused unless the {@link LossPolicy} tolerates it. */
  APPROXIMATED,
  /** Not at all; refused unless the {@link LossPolicy} tolerates it. */
  NONE
}
