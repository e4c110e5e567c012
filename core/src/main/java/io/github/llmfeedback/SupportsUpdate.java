package io.github.llmfeedback;

import java.util.concurrent.CompletableFuture;

/** A client whose provider lets a stored feedback be changed. */
public interface SupportsUpdate {
  /**
   * Replaces the whole feedback that {@code receipt} stands for.
   *
   * @param feedback what now holds, on the same target; parts it lacks are gone
   * @return the receipt for further changes
   * @throws FeedbackException as {@link FeedbackClient#submit}; the same losses are accounted for
   * @throws IllegalArgumentException if the receipt is another provider's, or of another target
   */
  Receipt update(Receipt receipt, Feedback feedback);

  /** As {@link #update}, without waiting; every error comes through the future. */
  CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback);
}
