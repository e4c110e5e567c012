package io.github.llmfeedback;

import java.util.Objects;

/**
 * Why a feedback has no receipt, as one of a few stable names that can tag a metric: the four kinds
 * of {@link FeedbackException}, of which an {@link UndeliveredFeedbackException} is told by its
 * reason, and {@link #OTHER}.
 */
public enum FailureKind {
  /** An {@link UnrepresentableFeedbackException}. */
  UNREPRESENTABLE,
  /** A {@link RejectedFeedbackException}. */
  REJECTED,
  /** An {@link UnreadableResponseException}. */
  UNREADABLE,
  /** {@link UndeliveredFeedbackException.Reason#UNREACHABLE}. */
  UNREACHABLE,
  /** {@link UndeliveredFeedbackException.Reason#UNTRUSTED}. */
  UNTRUSTED,
  /** {@link UndeliveredFeedbackException.Reason#CONNECTION_LOST}. */
  CONNECTION_LOST,
  /** {@link UndeliveredFeedbackException.Reason#TIMEOUT}. */
  TIMEOUT,
  /** {@link UndeliveredFeedbackException.Reason#INTERRUPTED}. */
  INTERRUPTED,
  /** {@link UndeliveredFeedbackException.Reason#CANCELLED}. */
  CANCELLED,
  /** {@link UndeliveredFeedbackException.Reason#CLOSED}. */
  CLOSED,
  /** {@link UndeliveredFeedbackException.Reason#FULL}. */
  FULL,
  /** {@link UndeliveredFeedbackException.Reason#UNCONFIRMED}. */
  UNCONFIRMED,
  /** {@link UndeliveredFeedbackException.Reason#LINKAGE}. */
  LINKAGE,
  /**
   * Any other exception: a wrong argument, such as another provider's receipt, or an error in this
   * process. Nothing was sent, as a rule.
   */
  OTHER;

  /** The kind of a failure. */
  public static FailureKind of(Throwable error) {
    Objects.requireNonNull(error, "error must not be null");
    if (error instanceof UndeliveredFeedbackException undelivered) {
      return switch (undelivered.reason()) {
        case UNREACHABLE -> UNREACHABLE;
        case UNTRUSTED -> UNTRUSTED;
        case CONNECTION_LOST -> CONNECTION_LOST;
        case TIMEOUT -> TIMEOUT;
        case INTERRUPTED -> INTERRUPTED;
        case CANCELLED -> CANCELLED;
        case CLOSED -> CLOSED;
        case FULL -> FULL;
        case UNCONFIRMED -> UNCONFIRMED;
        case LINKAGE -> LINKAGE;
      };
    } else if (error instanceof RejectedFeedbackException) {
      return REJECTED;
    } else if (error instanceof UnreadableResponseException) {
      return UNREADABLE;
    } else {
      return error instanceof UnrepresentableFeedbackException ? UNREPRESENTABLE : OTHER;
    }
  }
}
