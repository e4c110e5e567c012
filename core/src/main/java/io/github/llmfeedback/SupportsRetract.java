package io.github.llmfeedback;

import java.util.concurrent.CompletableFuture;

/** A client whose provider lets a stored feedback be taken back. */
public interface SupportsRetract {
  /**
   * Takes back every part of the feedback that {@code receipt} stands for.
   *
   * @return the receipt of the retraction; it stands for nothing that could be changed
   * @throws FeedbackException as {@link FeedbackClient#submit}
   * @throws IllegalArgumentException if the receipt is another provider's
   */
  Receipt retract(Receipt receipt);

  /** As {@link #retract}, without waiting; every error comes through the future. */
  CompletableFuture<Receipt> retractAsync(Receipt receipt);
}
