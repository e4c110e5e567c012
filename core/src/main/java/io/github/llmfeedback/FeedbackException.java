package io.github.llmfeedback;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a feedback has no {@link Receipt}. The four kinds say what to do:
 *
 * <ul>
 *   <li>{@link UnrepresentableFeedbackException}: change the feedback; nothing was sent.
 *   <li>{@link RejectedFeedbackException}: the provider refused it; read the hint.
 *   <li>{@link UndeliveredFeedbackException}: no complete response was received; try again later.
 *   <li>{@link UnreadableResponseException}: a success that is not the provider's response; check
 *       the base URL.
 * </ul>
 *
 * <p>Before sending again, check {@link #mayHaveArrived()}: a repeat may count twice.
 *
 * <p>Neither the message nor {@code toString} contains a key, the text of the feedback or the
 * server's text.
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

  FeedbackException(Builder<?> builder, String message, @Nullable Throwable cause) {
    super(message, cause);
    provider = builder.provider;
    attempts = builder.attempts;
    elapsed = builder.elapsed;
    mayHaveArrived = builder.mayHaveArrived();
  }

  /** Nothing was sent. */
  FeedbackException(String provider, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.provider = provider;
    attempts = 0;
    elapsed = Duration.ZERO;
    mayHaveArrived = false;
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

  /**
   * Whether the provider may have stored the feedback nevertheless; if false, it certainly has not.
   */
  public boolean mayHaveArrived() {
    return mayHaveArrived;
  }

  /**
   * What the builders of the exceptions that end a call have in common. Not thread-safe.
   *
   * @param <B> the exception's builder
   */
  public abstract static class Builder<B extends Builder<B>> {
    final String provider;
    private int attempts;
    private Duration elapsed = Duration.ZERO;
    private @Nullable Boolean mayHaveArrived;

    Builder(String provider, int attempts) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      this.attempts = attempts;
    }

    abstract B self();

    /** Whether the feedback may have arrived after {@code attempts}, if that was not set. */
    abstract boolean mayHaveArrived(int attempts);

    final boolean mayHaveArrived() {
      return mayHaveArrived == null ? mayHaveArrived(attempts) : mayHaveArrived;
    }

    /** Sets how many requests were begun. */
    public B attempts(int attempts) {
      this.attempts = attempts;
      return self();
    }

    /** Sets the time from the first attempt to the end, waits included; zero by default. */
    public B elapsed(Duration elapsed) {
      this.elapsed = Objects.requireNonNull(elapsed, "elapsed must not be null");
      return self();
    }

    /** Sets whether the provider may have stored the feedback nevertheless. */
    public B mayHaveArrived(boolean mayHaveArrived) {
      this.mayHaveArrived = mayHaveArrived;
      return self();
    }
  }
}
