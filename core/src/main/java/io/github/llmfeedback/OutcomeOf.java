package io.github.llmfeedback;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of one of several submissions: a receipt or an error. Immutable.
 *
 * @param <F> what was submitted: a {@link Feedback} ({@link Outcome}), or a type that only one
 *     provider has
 */
public abstract class OutcomeOf<F> {
  private final long index;
  private final F feedback;
  private final @Nullable Receipt receipt;
  private final @Nullable FeedbackException error;

  /**
   * An outcome; exactly one of receipt and error is given.
   *
   * @param index the place in the input, from 0
   */
  protected OutcomeOf(
      long index, F feedback, @Nullable Receipt receipt, @Nullable FeedbackException error) {
    this.index = index;
    this.feedback = Objects.requireNonNull(feedback, "feedback");
    this.receipt = error == null ? Objects.requireNonNull(receipt, "receipt") : null;
    this.error = error;
  }

  /** The feedback's place in the input, from 0. */
  public final long index() {
    return index;
  }

  /** The feedback as it was given. */
  public final F feedback() {
    return feedback;
  }

  /** Whether there is a receipt. */
  public final boolean isAccepted() {
    return receipt != null;
  }

  /** The receipt, if the provider accepted the feedback. */
  public final Optional<Receipt> receipt() {
    return Optional.ofNullable(receipt);
  }

  /** The error, if there is no receipt. */
  public final Optional<FeedbackException> error() {
    return Optional.ofNullable(error);
  }

  /**
   * The receipt.
   *
   * @throws FeedbackException the error, if there is no receipt
   */
  public final Receipt orThrow() {
    if (receipt == null) {
      throw Objects.requireNonNull(error);
    }
    return receipt;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + " " + index + ": " + (receipt == null ? error : receipt);
  }
}
