package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Several requests in a row, with waits between them, that lead to one result: it says what to do
 * next and never does it. Used by one thread at a time.
 *
 * <p>Every method that gives a step may throw a {@link FeedbackException} instead, which ends the
 * dialogue.
 *
 * @param <T> the result
 */
public interface Polling<T> {
  /** How long it may take with all its requests and waits. */
  Duration timeout();

  /** The first step. */
  Step<T> begin();

  /** What follows an accepted answer. */
  Step<T> answered(ProviderResponse answer, Effort soFar);

  /** What follows a request that failed after all its retries. */
  Step<T> failed(FeedbackException error, Effort soFar);

  /** What follows a wait. */
  Step<T> waited();

  /**
   * The end of a dialogue that was stopped on its way: its time ran out, its thread was
   * interrupted, it was cancelled, or the client was closed or full.
   *
   * @param error the end of the request that was under way, if one was
   */
  FeedbackException stopped(Reason reason, @Nullable FeedbackException error, Effort soFar);

  /**
   * What a dialogue took so far.
   *
   * @param attempts requests that were begun, retries among them
   * @param elapsed since its first step
   */
  record Effort(int attempts, Duration elapsed) {}

  /**
   * What a dialogue does next.
   *
   * @param <T> the result
   */
  sealed interface Step<T> {}

  /**
   * Sends a request.
   *
   * @param request the request
   */
  record Ask<T>(WireRequest request) implements Step<T> {}

  /**
   * Lets time pass; no thread is held.
   *
   * @param time how much
   */
  record Wait<T>(Duration time) implements Step<T> {}

  /**
   * Ends the dialogue.
   *
   * @param result what it led to
   */
  record Done<T>(T result) implements Step<T> {}
}
