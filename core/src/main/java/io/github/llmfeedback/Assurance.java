package io.github.llmfeedback;

/** How certain a {@link Receipt} makes it that the provider keeps the feedback. */
public enum Assurance {
  /** The provider accepted the feedback. */
  ACCEPTED,
  /** It was verified that the provider keeps the feedback. */
  STORED
}
