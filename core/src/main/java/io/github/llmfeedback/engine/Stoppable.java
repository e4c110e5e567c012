package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;

/** Something in progress that its caller or the closing client can end. */
interface Stoppable {
  /** Ends it for this reason; does nothing if it has ended. */
  void stop(Reason reason);

  /** Ends a wait that would outlast the closing of the client. */
  default void endIfTooLate() {}
}
