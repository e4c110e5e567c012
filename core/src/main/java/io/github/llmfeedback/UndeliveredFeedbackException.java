package io.github.llmfeedback;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * No complete response was received. {@link #reason()} says why; try again later, unless the
 * feedback may have arrived.
 *
 * <p>A provider's module may extend it, to say more of what only its provider has.
 */
public non-sealed class UndeliveredFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The failure that {@code builder} describes. */
  protected UndeliveredFeedbackException(Builder builder) {
    super(builder, builder.message(), builder.cause);
    reason = builder.reason;
  }

  /**
   * Starts building a failure to deliver. Unless set otherwise, no request was begun; if one was,
   * the feedback may have arrived.
   */
  public static Builder builder(String provider, Reason reason) {
    return new Builder(provider, reason);
  }

  /** Why no complete response was received. */
  public final Reason reason() {
    return reason;
  }

  /** Why no complete response was received. */
  public enum Reason {
    /** No connection: unknown host, refused, unreachable. */
    UNREACHABLE,
    /**
     * The server did not prove to be the right one; or the request would have left this machine
     * over plain http, which {@link ClientSettings#allowPlainHttp()} does not allow.
     */
    UNTRUSTED,
    /** The connection broke before the response was complete. */
    CONNECTION_LOST,
    /** The time allowed ran out. */
    TIMEOUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** The caller cancelled. */
    CANCELLED,
    /** The client was closed. */
    CLOSED,
    /** Too much was already in flight or queued. */
    FULL,
    /**
     * A client that looks whether the provider keeps a feedback, as Helicone's does on request, has
     * found that it does not, or that looking is of no use.
     */
    UNCONFIRMED,
    /**
     * A class is missing, or is of a different version than this library was built for, as when an
     * application's BOM replaces Jackson or OkHttp; the cause says which. Every call will fail this
     * way until the class path is corrected.
     */
    LINKAGE
  }

  /** Collects what is known about the failure. Not thread-safe. */
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
              + (mayHaveArrived() ? "; the feedback may have arrived" : "; it was not stored");
    }

    /**
     * Sets the message: what happened, and whether the feedback may have arrived. By default it
     * names the provider and the reason.
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
