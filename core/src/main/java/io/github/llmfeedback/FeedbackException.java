package io.github.llmfeedback;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a feedback has no {@link Receipt}. The four kinds say what to do:
 *
 * <ul>
 *   <li>{@link UnrepresentableFeedbackException}: change the feedback; nothing was sent.
 *   <li>{@link RejectedFeedbackException}: the provider answered no; read the hint.
 *   <li>{@link UndeliveredFeedbackException}: no answer came; try again later.
 *   <li>{@link UnreadableResponseException}: a yes that is none; check the base URL.
 * </ul>
 *
 * <p>Before sending again, ask {@link #mayHaveArrived()}: a repeat may count twice.
 *
 * <p>Neither message nor {@code toString} holds a key, the feedback's words or the server's text.
 */
public abstract sealed class FeedbackException extends RuntimeException
    permits UnrepresentableFeedbackException,
        RejectedFeedbackException,
        UndeliveredFeedbackException,
        UnreadableResponseException {
  private static final long serialVersionUID = 1L;

  private final String provider;
  private final int attempts;
  private final Duration elapsed;
  private final boolean mayHaveArrived;

  FeedbackException(
      String provider,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.provider = Objects.requireNonNull(provider, "provider");
    this.attempts = attempts;
    this.elapsed = Objects.requireNonNull(elapsed, "elapsed");
    this.mayHaveArrived = mayHaveArrived;
  }

  /** The provider's name in lower case. */
  public String provider() {
    return provider;
  }

  /** How many requests were begun; 0 if none was. */
  public int attempts() {
    return attempts;
  }

  /** The time from the first attempt to the end, waits included. */
  public Duration elapsed() {
    return elapsed;
  }

  /** Whether the provider may keep the feedback all the same; if false, it surely does not. */
  public boolean mayHaveArrived() {
    return mayHaveArrived;
  }
}
