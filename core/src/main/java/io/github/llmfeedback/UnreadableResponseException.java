package io.github.llmfeedback;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The response has a success status, but is not one that the provider sends: it is a web page,
 * empty or cut off. Most often the base URL points elsewhere. The feedback may have arrived; a
 * request that only reads stored nothing.
 */
public final class UnreadableResponseException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  private UnreadableResponseException(Builder builder) {
    super(builder, builder.message(), null);
    status = builder.status;
    body = builder.body;
  }

  /**
   * Starts building an unreadable response; unless set otherwise, there was one attempt and the
   * feedback may have arrived.
   */
  public static Builder builder(String provider, int status) {
    return new Builder(provider, status);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The beginning of the body, at most 4,096 characters, with the API key replaced. */
  public String body() {
    return body;
  }

  /** Collects what is known about the response. Not thread-safe. */
  public static final class Builder extends FeedbackException.Builder<Builder> {
    private final int status;
    private String body = "";
    private @Nullable String message;

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
      return true;
    }

    private String message() {
      return message != null
          ? message
          : provider
              + " answered "
              + status
              + ", but the response cannot be read"
              + (mayHaveArrived() ? "; the feedback may have arrived" : "");
    }

    /** Sets the beginning of the body, without keys. */
    public Builder body(String body) {
      this.body = Objects.requireNonNull(body, "body must not be null");
      return this;
    }

    /** Sets the message; by default it says that the response cannot be read. */
    public Builder message(String message) {
      this.message = Objects.requireNonNull(message, "message must not be null");
      return this;
    }

    /** The exception. */
    public UnreadableResponseException build() {
      return new UnreadableResponseException(this);
    }
  }
}
