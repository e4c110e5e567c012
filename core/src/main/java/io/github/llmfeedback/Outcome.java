package io.github.llmfeedback;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The result of one of several feedbacks: a receipt or an error. Immutable. */
public final class Outcome extends OutcomeOf<Feedback> {
  private Outcome(
      long index, Feedback feedback, @Nullable Receipt receipt, @Nullable FeedbackException error) {
    super(index, feedback, receipt, error);
  }

  /** The provider accepted the feedback. */
  public static Outcome accepted(long index, Feedback feedback, Receipt receipt) {
    return new Outcome(index, feedback, receipt, null);
  }

  /** The feedback has no receipt. */
  public static Outcome failed(long index, Feedback feedback, FeedbackException error) {
    return new Outcome(index, feedback, null, Objects.requireNonNull(error, "error"));
  }
}
