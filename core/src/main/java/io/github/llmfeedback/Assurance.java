package io.github.llmfeedback;

/** How sure a {@link Receipt} is that the provider keeps the feedback. */
public enum Assurance {
  /** The provider answered yes. */
  ACCEPTED,
  /** The feedback was seen to be kept. */
  STORED
}
