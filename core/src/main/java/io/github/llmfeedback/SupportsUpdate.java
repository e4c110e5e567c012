package io.github.llmfeedback;

import java.util.concurrent.CompletableFuture;

/** A client whose provider can change a stored feedback. */
public interface SupportsUpdate {
  /**
   * Replaces the whole feedback that {@code receipt} stands for.
   *
   * @param feedback the new feedback, on the same target; parts that it lacks are removed
   * @return the receipt for further changes
   * @throws FeedbackException as for {@link FeedbackClient#submit}; losses are treated in the same
   *     way
   * @throws IllegalArgumentException if the receipt is another provider's, or is for another target
   */
  Receipt update(Receipt receipt, Feedback feedback);

  /** Like {@link #update}, but without waiting; every error is reported through the future. */
  CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback);
}
