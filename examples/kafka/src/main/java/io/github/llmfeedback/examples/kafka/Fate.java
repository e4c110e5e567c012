package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;

/** What becomes of a record. */
public enum Fate {
  /** The provider accepted it. */
  DELIVERED,
  /** It is refused, and would be again: to the dead-letter topic. */
  DEAD_LETTER,
  /** The provider may have stored it, and would count it twice: to the parked topic. */
  PARKED,
  /** The provider has surely not stored it, or a repeat was asked for: to the retry topic. */
  RETRY,
  /** Nothing will get through until somebody changes something: it stays where it is. */
  STOPPED;

  /** The fate of a feedback that has no receipt. */
  static Fate of(FeedbackException error, boolean repeatUncertain) {
    if (error.mayHaveArrived()) {
      return repeatUncertain ? RETRY : PARKED;
    } else if (error instanceof RejectedFeedbackException rejected) {
      return switch (rejected.status()) {
        case 401, 402, 403, 407 -> STOPPED; // the key, the account or the proxy; not the feedback
        case 429 -> RETRY;
        default -> DEAD_LETTER;
      };
    } else if (error instanceof UndeliveredFeedbackException undelivered) {
      return switch (undelivered.reason()) {
        case UNTRUSTED, LINKAGE, CLOSED -> STOPPED;
        case UNREACHABLE, CONNECTION_LOST, TIMEOUT, INTERRUPTED, CANCELLED, FULL, UNCONFIRMED ->
            RETRY;
      };
    }
    return DEAD_LETTER;
  }
}
