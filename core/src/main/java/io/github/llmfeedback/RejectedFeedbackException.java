package io.github.llmfeedback;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provider refused the feedback. The message contains the status, the provider's code and what
 * to do about it.
 */
public final class RejectedFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String code;
  private final @Nullable String hint;
  private final String body;
  private final @Nullable String requestId;
  private final @Nullable Duration retryAfter;

  private RejectedFeedbackException(Builder builder) {
    super(builder, builder.message(), null);
    status = builder.status;
    code = builder.code;
    hint = builder.hint;
    body = builder.body;
    requestId = builder.requestId;
    retryAfter = builder.retryAfter;
  }

  /**
   * Starts building a refusal with this HTTP status; unless set otherwise, there was one attempt
   * and nothing arrived.
   */
  public static Builder builder(String provider, int status) {
    return new Builder(provider, status);
  }

  /** The HTTP status; a 2xx if the provider reported the refusal with a success status. */
  public int status() {
    return status;
  }

  /** The provider's own code for the refusal, such as Portkey's {@code AB03}. */
  public Optional<String> code() {
    return Optional.ofNullable(code);
  }

  /** What to do about it. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  /**
   * The beginning of the response body, at most 4,096 characters, with the API key replaced. It is
   * the server's text and may repeat the text of the feedback: be careful where it is logged.
   */
  public String body() {
    return body;
  }

  /** The id by which the provider's support can find the request. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /**
   * How long the provider asked to wait, counted from its response. It is what the provider said,
   * so it may be longer than the client pauses ({@link ClientSettings#maxPause()}), and too long
   * for {@link Duration#toNanos()}. With 0 attempts: how long the client still pauses after an
   * earlier response.
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** Collects what is known about a refusal. Not thread-safe. */
  public static final class Builder extends FeedbackException.Builder<Builder> {
    private final int status;
    private String place = "";
    private @Nullable String code;
    private @Nullable String hint;
    private String body = "";
    private @Nullable String requestId;
    private @Nullable Duration retryAfter;

    private Builder(String provider, int status) {
      super(provider, 1);
      this.status = status;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    boolean mayHaveArrived(int attempts) {
      return false;
    }

    private String message() {
      return provider
          + " answered "
          + status
          + (code == null ? "" : " (" + code + ")")
          + (place.isEmpty() ? "" : " to " + place)
          + (hint == null ? "" : ": " + hint)
          + (retryAfter == null ? "" : "; retry after " + retryAfter.toSeconds() + " s")
          + (mayHaveArrived() ? "; the feedback may have arrived" : "");
    }

    /** Sets the method and address for the message. */
    public Builder place(String place) {
      this.place = place;
      return this;
    }

    /** Sets the provider's code. */
    public Builder code(@Nullable String code) {
      this.code = code;
      return this;
    }

    /** Sets what to do about it. */
    public Builder hint(@Nullable String hint) {
      this.hint = hint;
      return this;
    }

    /** Sets the beginning of the body, without keys. */
    public Builder body(String body) {
      this.body = body;
      return this;
    }

    /** Sets the provider's id for the request. */
    public Builder requestId(@Nullable String requestId) {
      this.requestId = requestId;
      return this;
    }

    /** Sets how long the provider asked to wait. */
    public Builder retryAfter(@Nullable Duration retryAfter) {
      this.retryAfter = retryAfter;
      return this;
    }

    /** The exception. */
    public RejectedFeedbackException build() {
      return new RejectedFeedbackException(this);
    }
  }
}
