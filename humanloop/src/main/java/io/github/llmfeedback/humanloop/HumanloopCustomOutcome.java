package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.OutcomeOf;
import io.github.llmfeedback.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What became of one {@link HumanloopCustomFeedback} of several: a receipt or an error. Immutable.
 */
public final class HumanloopCustomOutcome extends OutcomeOf<HumanloopCustomFeedback> {
  private HumanloopCustomOutcome(
      int index,
      HumanloopCustomFeedback feedback,
      @Nullable Receipt receipt,
      @Nullable FeedbackException error) {
    super(index, feedback, receipt, error);
  }

  static HumanloopCustomOutcome accepted(
      int index, HumanloopCustomFeedback feedback, Receipt receipt) {
    return new HumanloopCustomOutcome(index, feedback, receipt, null);
  }

  static HumanloopCustomOutcome failed(
      int index, HumanloopCustomFeedback feedback, FeedbackException error) {
    return new HumanloopCustomOutcome(index, feedback, null, error);
  }
}
