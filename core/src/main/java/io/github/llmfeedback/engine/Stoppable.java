package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;

/** Something on its way that whoever began it, or its client, can end. */
interface Stoppable {
  /** Ends it for this reason; does nothing if it has ended. */
  void stop(Reason reason);

  /** Ends a wait that would outlast a client that is closing. */
  default void endIfTooLate() {}
}
