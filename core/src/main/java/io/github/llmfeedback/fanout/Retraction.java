package io.github.llmfeedback.fanout;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of taking one client's feedback back: a receipt or an error. Immutable. */
public final class Retraction {
  private final @Nullable Receipt receipt;
  private final @Nullable FeedbackException error;

  Retraction(@Nullable Receipt receipt, @Nullable FeedbackException error) {
    this.receipt = receipt;
    this.error = error;
  }

  /** Whether there is a receipt: the feedback is taken back. */
  public boolean isAccepted() {
    return receipt != null;
  }

  /** The receipt of the retraction, if the provider accepted it. */
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(receipt);
  }

  /** The error, if there is no receipt. */
  public Optional<FeedbackException> error() {
    return Optional.ofNullable(error);
  }

  /**
   * The receipt of the retraction.
   *
   * @throws FeedbackException the error, if there is no receipt
   */
  public Receipt orThrow() {
    if (receipt == null) {
      throw Objects.requireNonNull(error);
    }
    return receipt;
  }

  @Override
  public String toString() {
    return "Retraction: " + (receipt == null ? error : receipt);
  }
}
