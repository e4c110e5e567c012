package io.github.llmfeedback;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of one feedback of several: a receipt or an error. Immutable. */
public final class Outcome {
  private final long index;
  private final Feedback feedback;
  private final @Nullable Receipt receipt;
  private final @Nullable FeedbackException error;

  private Outcome(
      long index, Feedback feedback, @Nullable Receipt receipt, @Nullable FeedbackException error) {
    this.index = index;
    this.feedback = Objects.requireNonNull(feedback, "feedback");
    this.receipt = receipt;
    this.error = error;
  }

  /** The provider took it. */
  public static Outcome accepted(long index, Feedback feedback, Receipt receipt) {
    return new Outcome(index, feedback, Objects.requireNonNull(receipt, "receipt"), null);
  }

  /** It has no receipt. */
  public static Outcome failed(long index, Feedback feedback, FeedbackException error) {
    return new Outcome(index, feedback, null, Objects.requireNonNull(error, "error"));
  }

  /** The feedback's place in the input, from 0. */
  public long index() {
    return index;
  }

  /** The feedback as it was given. */
  public Feedback feedback() {
    return feedback;
  }

  /** Whether there is a receipt. */
  public boolean isAccepted() {
    return receipt != null;
  }

  /** The receipt, if the provider took it. */
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(receipt);
  }

  /** The error, if it has no receipt. */
  public Optional<FeedbackException> error() {
    return Optional.ofNullable(error);
  }

  /**
   * The receipt.
   *
   * @throws FeedbackException the error, if it has no receipt
   */
  public Receipt orThrow() {
    if (receipt == null) {
      throw Objects.requireNonNull(error);
    }
    return receipt;
  }

  @Override
  public String toString() {
    return "Outcome " + index + ": " + (receipt == null ? error : receipt);
  }
}
