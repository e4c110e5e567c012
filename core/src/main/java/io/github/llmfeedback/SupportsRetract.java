package io.github.llmfeedback;

import java.util.concurrent.CompletableFuture;

/** A client whose provider can retract a stored feedback. */
public interface SupportsRetract {
  /**
   * Retracts every part of the feedback that {@code receipt} stands for.
   *
   * @return the receipt of the retraction; it stands for no feedback that could be changed
   * @throws FeedbackException as for {@link FeedbackClient#submit}
   * @throws IllegalArgumentException if the receipt is another provider's
   */
  Receipt retract(Receipt receipt);

  /** Like {@link #retract}, but without waiting; every error is reported through the future. */
  CompletableFuture<Receipt> retractAsync(Receipt receipt);
}
