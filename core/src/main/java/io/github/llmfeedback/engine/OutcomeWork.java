package io.github.llmfeedback.engine;

import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work on one feedback, which is given with its creation and has one outcome; or on none. */
abstract class OutcomeWork<T> extends EngineWork<T> {
  final Telemetry.Given given;
  private final ClientCalls calls;
  private final boolean hasFeedback;
  private final AtomicBoolean hasOutcome = new AtomicBoolean();

  /**
   * Work that has not begun.
   *
   * @param operation {@link Operation#READ} if there is no feedback; otherwise the result is a
   *     {@link Receipt}
   */
  OutcomeWork(Callbacks callbacks, ClientCalls calls, Operation operation) {
    super(callbacks, calls);
    this.calls = calls;
    hasFeedback = operation != Operation.READ;
    given = calls.telemetry.given(operation, hasFeedback ? 1 : 0);
  }

  /** The outcome is this result, unless there was one. */
  final void accepted(T result) {
    if (hasFeedback && hasOutcome.compareAndSet(false, true)) {
      given.accepted((Receipt) result);
    }
  }

  /** The outcome is this error, unless there was one. */
  final void failed(Throwable error) {
    if (hasFeedback && hasOutcome.compareAndSet(false, true)) {
      given.failed(error);
    }
  }

  @Override
  protected void beginFailed(Throwable error) {
    failed(error);
    super.beginFailed(error);
  }

  @Override
  public void neverBegins() {
    if (hasFeedback) {
      failed(calls.unsent(Reason.CANCELLED));
    }
  }
}
