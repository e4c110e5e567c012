package io.github.llmfeedback;

import java.time.Duration;

/**
 * The answer says success but is none the provider gives: a web page, nothing, something cut off.
 * Most often the base URL points elsewhere. The feedback may have arrived; a question stored
 * nothing.
 */
public final class UnreadableResponseException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  /** An unreadable answer to a feedback, which may have arrived. */
  public UnreadableResponseException(
      String provider, int status, String body, int attempts, Duration elapsed, String message) {
    this(provider, status, body, attempts, elapsed, true, message);
  }

  /** An unreadable answer. */
  public UnreadableResponseException(
      String provider,
      int status,
      String body,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived,
      String message) {
    super(provider, attempts, elapsed, mayHaveArrived, message, null);
    this.status = status;
    this.body = body;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The beginning of the body, at most 4,096 characters, with the API key replaced. */
  public String body() {
    return body;
  }
}
