package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;

/** The feedback that this library's workloads submit. */
final class Samples {
  /** As long as a provider's key. */
  static final String KEY = "sk-0123456789abcdef";

  private Samples() {}

  /** A thumb, a comment and an author. */
  static Feedback feedback(String target) {
    return Feedback.on(target).thumbsUp().comment("Spot on").author("u1").build();
  }
}
