package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of one {@link CustomFeedback} of several: a receipt or an error. Immutable. */
public final class CustomOutcome {
  private final int index;
  private final CustomFeedback feedback;
  private final @Nullable Receipt receipt;
  private final @Nullable FeedbackException error;

  private CustomOutcome(
      int index,
      CustomFeedback feedback,
      @Nullable Receipt receipt,
      @Nullable FeedbackException error) {
    this.index = index;
    this.feedback = feedback;
    this.receipt = receipt;
    this.error = error;
  }

  static CustomOutcome accepted(int index, CustomFeedback feedback, Receipt receipt) {
    return new CustomOutcome(index, feedback, receipt, null);
  }

  static CustomOutcome failed(int index, CustomFeedback feedback, FeedbackException error) {
    return new CustomOutcome(index, feedback, null, error);
  }

  /** The place in the input, from 0. */
  public int index() {
    return index;
  }

  /** The feedback as it was given. */
  public CustomFeedback feedback() {
    return feedback;
  }

  /** Whether there is a receipt. */
  public boolean isAccepted() {
    return receipt != null;
  }

  /** The receipt, if Humanloop took it. */
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
    return "CustomOutcome " + index + ": " + (receipt == null ? error : receipt);
  }
}
