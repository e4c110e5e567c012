package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Several requests one after another, with waits between them, that lead to one result, such as
 * "post, look, and post again until it is stored". A polling decides on the next step; the engine
 * carries it out. Used by one thread at a time.
 *
 * <p>Every method that returns a step may throw a {@link FeedbackException} instead, which ends the
 * polling.
 *
 * @param <T> the result
 */
public interface Polling<T> {
  /** How long it may take, all its requests and waits included. */
  Duration timeout();

  /** The first step. */
  Step<T> begin();

  /** The step after a request whose response was accepted. */
  Step<T> accepted(ProviderResponse response, Effort soFar);

  /** The step after a request that failed, retries included. */
  Step<T> failed(FeedbackException error, Effort soFar);

  /** The step after a wait. */
  Step<T> waited();

  /**
   * The error of a polling that was stopped before its end: its time ran out, its thread was
   * interrupted, it was cancelled, or the client was closed or full.
   *
   * @param error the error of the request that was in flight, if there was one
   */
  FeedbackException stopped(Reason reason, @Nullable FeedbackException error, Effort soFar);

  /**
   * The effort of a polling so far.
   *
   * @param attempts how many attempts were begun, retries included
   * @param elapsed the time since its first step
   */
  record Effort(int attempts, Duration elapsed) {}

  /**
   * What a polling does next.
   *
   * @param <T> the result
   */
  sealed interface Step<T> {}

  /**
   * Sends a request.
   *
   * @param request the request
   */
  record Send<T>(WireRequest request) implements Step<T> {}

  /**
   * Waits, without blocking a thread.
   *
   * @param time how long
   */
  record Wait<T>(Duration time) implements Step<T> {}

  /**
   * Ends the polling.
   *
   * @param result the result of the polling
   */
  record Done<T>(T result) implements Step<T> {}
}
