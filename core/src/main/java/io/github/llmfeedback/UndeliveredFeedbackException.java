package io.github.llmfeedback;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** No answer came. {@link #reason()} says why; try again later unless it may have arrived. */
public final class UndeliveredFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** A failure to deliver. */
  public UndeliveredFeedbackException(
      String provider,
      Reason reason,
      int attempts,
      Duration elapsed,
      boolean mayHaveArrived,
      String message,
      @Nullable Throwable cause) {
    super(provider, attempts, elapsed, mayHaveArrived, message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
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
}
