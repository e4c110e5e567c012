package io.github.llmfeedback.helicone;

import io.github.llmfeedback.UndeliveredFeedbackException;

/**
 * A rating was not seen to be stored, from {@link HeliconeFeedbackClient#submitConfirmed}, {@link
 * HeliconeFeedbackClient#updateConfirmed} or {@link HeliconeFeedbackClient#confirm}. {@link #why()}
 * says what was seen instead, {@link #reason()} what ended the confirmation: mostly {@code
 * TIMEOUT}, or {@code UNCONFIRMED} if waiting longer would have been of no use.
 */
public final class HeliconeUnconfirmedException extends UndeliveredFeedbackException {
  private static final long serialVersionUID = 1L;

  private final Why why;

  HeliconeUnconfirmedException(Builder builder, Why why) {
    super(builder);
    this.why = why;
  }

  /** What was seen instead of the rating, as far as the last look showed. */
  public Why why() {
    return why;
  }

  /** What a confirmation saw last. */
  public enum Why {
    /** Helicone took no post yet, so it is not stored. The cause says why, if it was asked. */
    NOT_POSTED,
    /** The rating was posted, and nobody has looked yet. */
    NOT_LOOKED,
    /**
     * There is no such request: it is not logged yet, or is not this organisation's. Helicone
     * responds in the same way while its database is down.
     */
    NO_ROW,
    /**
     * The request is there without a rating, although it was posted each time that this was seen.
     */
    NO_RATING,
    /**
     * The request has another rating, which is taken to be later and was not overwritten. If it was
     * seen less than 15 s after the last post, or a post was in doubt, it may also be an earlier
     * one: then {@link #mayHaveArrived()} is true.
     */
    OTHER_RATING,
    /** The request is older than 30 days: Helicone takes a rating of it, and drops it. */
    TOO_OLD,
    /** The request has a score that is neither 1 nor 0, and was not overwritten. */
    RATING_UNREADABLE,
    /** The last look got no rows of this request; the message says why, or the cause. */
    COULD_NOT_LOOK
  }
}
