package io.github.llmfeedback;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One request got its response, or failed. Immutable. */
public final class AttemptEvent {
  private final Builder values;

  private AttemptEvent(Builder values) {
    this.values = values;
  }

  /** Starts building the event of a request that got a response with this status. */
  public static Builder responded(
      String provider, String host, Operation operation, int status, Verdict verdict) {
    Builder builder = new Builder(provider, host, operation, verdict);
    builder.status = status;
    return builder;
  }

  /** Starts building the event of a request that got no complete response. */
  public static Builder failed(String provider, String host, Operation operation, Reason failure) {
    Builder builder = new Builder(provider, host, operation, Verdict.NO_RESPONSE);
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

  /** What the request is for; {@link Operation#READ} if it stores nothing. */
  public Operation operation() {
    return values.operation;
  }

  /**
   * The number of the attempt, from 1, as {@link Receipt#attempts()} counts. In a confirmation,
   * which makes several requests, each request counts from 1.
   */
  public int number() {
    return values.number;
  }

  /** How many feedbacks the request carried; 0 if it only read. */
  public int feedbacks() {
    return values.feedbacks;
  }

  /** The HTTP status; empty if no complete response came. */
  public OptionalInt status() {
    return values.status == 0 ? OptionalInt.empty() : OptionalInt.of(values.status);
  }

  /** Why no complete response came; empty if one came. */
  public Optional<Reason> failure() {
    return Optional.ofNullable(values.failure);
  }

  /** What the response means for the feedback. */
  public Verdict verdict() {
    return values.verdict;
  }

  /** When the attempt began, by the wall clock. */
  public Instant began() {
    return values.began;
  }

  /** How long it took, until the whole response was read or the client gave up waiting for it. */
  public Duration duration() {
    return values.duration;
  }

  @Override
  public String toString() {
    return "%s %s of %d to %s: attempt %d, %s %s, %d ms"
        .formatted(
            values.provider,
            values.operation,
            values.feedbacks,
            values.host,
            values.number,
            values.failure == null ? values.status : values.failure,
            values.verdict,
            values.duration.toMillis());
  }

  /** What a response means for the feedback that was sent. */
  public enum Verdict {
    /** The provider accepted it; of a list, some may have been refused. */
    ACCEPTED,
    /** The provider refused it. */
    REFUSED,
    /** The provider is busy. */
    BUSY,
    /** The server failed, and may have stored it. */
    UNCERTAIN,
    /** A success that is not the provider's response. */
    UNREADABLE,
    /** No complete response came; {@link #failure()} says why. */
    NO_RESPONSE
  }

  /** Collects what is known about an attempt. Not thread-safe. */
  public static final class Builder {
    private final String provider;
    private final String host;
    private final Operation operation;
    private final Verdict verdict;
    private int status;
    private @Nullable Reason failure;
    private int number = 1;
    private long callId;
    private int feedbacks = 1;
    private Instant began = Instant.EPOCH;
    private Duration duration = Duration.ZERO;

    private Builder(String provider, String host, Operation operation, Verdict verdict) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      this.host = Objects.requireNonNull(host, "host must not be null");
      this.operation = Objects.requireNonNull(operation, "operation must not be null");
      this.verdict = Objects.requireNonNull(verdict, "verdict must not be null");
    }

    private Builder(Builder from) {
      this(from.provider, from.host, from.operation, from.verdict);
      status = from.status;
      failure = from.failure;
      number = from.number;
      callId = from.callId;
      feedbacks = from.feedbacks;
      began = from.began;
      duration = from.duration;
    }

    /** Sets {@link AttemptEvent#callId()}; 0 by default. */
    public Builder callId(long id) {
      this.callId = id;
      return this;
    }

    /** Sets {@link AttemptEvent#number()}; 1 by default. */
    public Builder number(int number) {
      this.number = number;
      return this;
    }

    /** Sets {@link AttemptEvent#feedbacks()}; 1 by default. */
    public Builder feedbacks(int feedbacks) {
      this.feedbacks = feedbacks;
      return this;
    }

    /** Sets {@link AttemptEvent#began()} and {@link AttemptEvent#duration()}. */
    public Builder time(Instant began, Duration duration) {
      this.began = Objects.requireNonNull(began, "began must not be null");
      this.duration = Objects.requireNonNull(duration, "duration must not be null");
      return this;
    }

    /** The event. */
    public AttemptEvent build() {
      return new AttemptEvent(new Builder(this));
    }
  }
}
