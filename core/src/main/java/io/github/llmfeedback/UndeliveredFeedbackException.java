package io.github.llmfeedback;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** No answer came. {@link #reason()} says why; try again later unless it may have arrived. */
public final class UndeliveredFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  private UndeliveredFeedbackException(Builder builder) {
    super(builder, builder.message(), builder.cause);
    reason = builder.reason;
  }

  /**
   * Begins a failure to deliver. Unless said otherwise no request was begun; and if one was, the
   * feedback may have arrived.
   */
  public static Builder builder(String provider, Reason reason) {
    return new Builder(provider, reason);
  }

  /** Why no answer came. */
  public Reason reason() {
    return reason;
  }

  /** Why no answer came. */
  public enum Reason {
    /** No connection: unknown host, refused, unreachable. */
    UNREACHABLE,
    /**
     * A connection, but not to a server that proves to be the right one; or one by plain http that
     * would leave this machine, which {@link ClientSettings#allowPlainHttp()} does not allow.
     */
    UNTRUSTED,
    /** The connection broke before the answer was whole. */
    CONNECTION_LOST,
    /** The time allowed ran out. */
    TIMEOUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** The caller cancelled. */
    CANCELLED,
    /** The client was closed. */
    CLOSED,
    /** Too much was in flight or queued already. */
    FULL,
    /**
     * A class is missing, or is of another version than this library was made for, as where an
     * application's BOM replaces Jackson or OkHttp; the cause tells which. Every call will fail so
     * until the class path is put right.
     */
    LINKAGE
  }

  /** Collects what is known of the failure. Not thread-safe. */
  public static final class Builder extends FeedbackException.Builder<Builder> {
    private final Reason reason;
    private @Nullable String message;
    private @Nullable Throwable cause;

    private Builder(String provider, Reason reason) {
      super(provider, 0);
      this.reason = Objects.requireNonNull(reason, "reason must not be null");
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    boolean mayHaveArrived(int attempts) {
      return attempts > 0;
    }

    private String message() {
      return message != null
          ? message
          : provider
              + " gave no answer: "
              + reason
              + (mayHaveArrived() ? "; the feedback may have arrived" : "; surely not stored");
    }

    /**
     * Sets the message: what happened, and whether the feedback may have arrived. By default it
     * names provider and reason.
     */
    public Builder message(String message) {
      this.message = Objects.requireNonNull(message, "message must not be null");
      return this;
    }

    /** Sets the cause. */
    public Builder cause(@Nullable Throwable cause) {
      this.cause = cause;
      return this;
    }

    /** The exception. */
    public UndeliveredFeedbackException build() {
      return new UndeliveredFeedbackException(this);
    }
  }
}
