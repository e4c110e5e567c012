package io.github.llmfeedback;

/** What became of an entry of an outbox, in one of its lanes. */
public enum Fate {
  /** The provider accepted it. */
  DELIVERED,
  /** The provider refused it, or cannot keep it; it can be listed, and tried again. */
  REJECTED,
  /** A later feedback on the same target says all that it says, so it was never sent. */
  SUPERSEDED,
  /** It was given up; the reason says why. */
  DROPPED,
  /** It may have arrived, or cannot be read: somebody has to decide. It can be tried again. */
  PARKED;

  /** Why an entry was rejected, dropped or parked. */
  public enum Reason {
    /** Rejected: a {@link RejectedFeedbackException}. */
    REFUSED,
    /** Rejected: an {@link UnrepresentableFeedbackException}, or another fault of the feedback. */
    UNREPRESENTABLE,
    /** Dropped: the store was full, and this was the oldest that it could drop. */
    FULL,
    /** Dropped: it was not delivered within the longest time that it may wait. */
    EXPIRED,
    /** Dropped: it was passed on to another lane, because its own has no client any longer. */
    FORWARDED,
    /** Parked: it {@linkplain FeedbackException#mayHaveArrived() may have arrived}. */
    UNCERTAIN,
    /**
     * Parked: the process that was sending it ended or stopped responding, so that it may have
     * arrived.
     */
    LEASE_EXPIRED,
    /** Parked: what is stored is not a feedback, or was changed. */
    UNREADABLE,
    /** Parked: a later version of this library stored it, in a form that this one cannot read. */
    LATER_VERSION
  }
}
