package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Work;

/** Work of one client: its futures complete on the client's callback executor. */
abstract class EngineWork<T> extends Work<T> implements Stoppable {
  private final Callbacks callbacks;
  private final ClientCalls calls;

  EngineWork(Callbacks callbacks, ClientCalls calls) {
    this.callbacks = callbacks;
    this.calls = calls;
  }

  /** Returns the result, or throws the failure. */
  abstract T outcome();

  @Override
  protected final T result() {
    try {
      return outcome();
    } catch (FeedbackException e) {
      e.fillInStackTrace(); // the caller's stack is more useful than a pool thread's
      throw e;
    }
  }

  @Override
  protected void beginFailed(Throwable error) {
    try {
      calls.refused(error);
    } catch (RuntimeException | Error e) {
      // The future has the error all the same.
    }
  }

  @Override
  protected final void interrupt() {
    stop(Reason.INTERRUPTED);
  }

  @Override
  protected final void cancel() {
    stop(Reason.CANCELLED);
  }

  @Override
  protected final Teller teller(Runnable complete) {
    return callbacks.completion(complete);
  }
}
