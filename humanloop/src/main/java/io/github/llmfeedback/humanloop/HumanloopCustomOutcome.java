package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one {@link HumanloopCustomFeedback} of several: a receipt or an error. Immutable.
 */
public final class HumanloopCustomOutcome {
  private final int index;
  private final HumanloopCustomFeedback feedback;
  private final @Nullable Receipt receipt;
  private final @Nullable FeedbackException error;

  private HumanloopCustomOutcome(
      int index,
      HumanloopCustomFeedback feedback,
      @Nullable Receipt receipt,
      @Nullable FeedbackException error) {
    this.index = index;
    this.feedback = feedback;
    this.receipt = receipt;
    this.error = error;
  }

  static HumanloopCustomOutcome accepted(
      int index, HumanloopCustomFeedback feedback, Receipt receipt) {
    return new HumanloopCustomOutcome(index, feedback, receipt, null);
  }

  static HumanloopCustomOutcome failed(
      int index, HumanloopCustomFeedback feedback, FeedbackException error) {
    return new HumanloopCustomOutcome(index, feedback, null, error);
  }

  /** The place in the input, from 0. */
  public int index() {
    return index;
  }

  /** The feedback as it was given. */
  public HumanloopCustomFeedback feedback() {
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
    return "HumanloopCustomOutcome " + index + ": " + (receipt == null ? error : receipt);
  }
}
