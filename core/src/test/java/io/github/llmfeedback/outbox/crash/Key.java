package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.Feedback;

/**
 * Tells one feedback from all others; it is the feedback's comment.
 *
 * @param number increases with what is added on the target
 */
record Key(String target, int number) {
  static Key of(String text) {
    int slash = text.indexOf('/');
    return new Key(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
  }

  Feedback feedback() {
    return Feedback.on(target).comment(toString()).build();
  }

  /** Whether a server that refuses some feedback refuses this. */
  boolean isRefused() {
    return number % 41 == 40;
  }

  @Override
  public String toString() {
    return target + "/" + number;
  }
}
