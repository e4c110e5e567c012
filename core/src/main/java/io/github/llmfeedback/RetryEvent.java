package io.github.llmfeedback;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request will be sent again after a wait, because it failed in a way that may pass. Immutable.
 */
public final class RetryEvent {
  private final Builder values;

  private RetryEvent(Builder values) {
    this.values = values;
  }

  /** Starts building the event of a retry after a response with this status. */
  public static Builder afterResponse(
      String provider, String host, Operation operation, int status, Duration delay) {
    Builder builder = new Builder(provider, host, operation, delay);
    builder.status = status;
    return builder;
  }

  /** Starts building the event of a retry of a request that got no complete response. */
  public static Builder afterFailure(
      String provider, String host, Operation operation, Reason failure, Duration delay) {
    Builder builder = new Builder(provider, host, operation, delay);
    builder.failure = Objects.requireNonNull(failure, "failure must not be null");
    return builder;
  }

  /** The provider's name in lower case. */
  public String provider() {
    return values.provider;
  }

  /** The host of the client's base URL, without port. */
  public String host() {
    return values.host;
  }

  /**
   * A number that the attempts, retries and outcomes of one call of the client's methods have in
   * common, such as one {@code submitAll}; another for each call, of any client of this JVM.
   */
  public long callId() {
    return values.callId;
  }

  /** What the request is for. */
  public Operation operation() {
    return values.operation;
  }

  /** The number that the next attempt will have, as {@link AttemptEvent#number()}. */
  public int nextAttempt() {
    return values.nextAttempt;
  }

  /** How many feedbacks the request carries; 0 if it only reads. */
  public int feedbacks() {
    return values.feedbacks;
  }

  /** The HTTP status that led to the retry; empty if no complete response came. */
  public OptionalInt status() {
    return values.status == 0 ? OptionalInt.empty() : OptionalInt.of(values.status);
  }

  /** Why no complete response came; empty if one came. */
  public Optional<Reason> failure() {
    return Optional.ofNullable(values.failure);
  }

  /** How long the client waits first; longer if other calls make it pause. */
  public Duration delay() {
    return values.delay;
  }

  /** Whether the response asked for a wait with {@code Retry-After}; otherwise it is a backoff. */
  public boolean isRequested() {
    return values.isRequested;
  }

  @Override
  public String toString() {
    return "%s %s of %d to %s: attempt %d in %d ms (%s after %s)"
        .formatted(
            values.provider,
            values.operation,
            values.feedbacks,
            values.host,
            values.nextAttempt,
            values.delay.toMillis(),
            values.isRequested ? "Retry-After" : "backoff",
            values.failure == null ? values.status : values.failure);
  }

  /** Collects what is known about a retry. Not thread-safe. */
  public static final class Builder {
    private final String provider;
    private final String host;
    private final Operation operation;
    private final Duration delay;
    private int status;
    private @Nullable Reason failure;
    private int nextAttempt = 2;
    private long callId;
    private int feedbacks = 1;
    private boolean isRequested;

    private Builder(String provider, String host, Operation operation, Duration delay) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      this.host = Objects.requireNonNull(host, "host must not be null");
      this.operation = Objects.requireNonNull(operation, "operation must not be null");
      this.delay = Objects.requireNonNull(delay, "delay must not be null");
    }

    private Builder(Builder from) {
      this(from.provider, from.host, from.operation, from.delay);
      status = from.status;
      failure = from.failure;
      nextAttempt = from.nextAttempt;
      callId = from.callId;
      feedbacks = from.feedbacks;
      isRequested = from.isRequested;
    }

    /** Sets {@link RetryEvent#callId()}; 0 by default. */
    public Builder callId(long id) {
      this.callId = id;
      return this;
    }

    /** Sets {@link RetryEvent#nextAttempt()}; 2 by default. */
    public Builder nextAttempt(int number) {
      this.nextAttempt = number;
      return this;
    }

    /** Sets {@link RetryEvent#feedbacks()}; 1 by default. */
    public Builder feedbacks(int feedbacks) {
      this.feedbacks = feedbacks;
      return this;
    }

    /** Sets {@link RetryEvent#isRequested()}; false by default. */
    public Builder requested(boolean isRequested) {
      this.isRequested = isRequested;
      return this;
    }

    /** The event. */
    public RetryEvent build() {
      return new RetryEvent(new Builder(this));
    }
  }
}
