package io.github.llmfeedback;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A feedback that a client was given has its receipt or its error. Immutable. */
public final class OutcomeEvent {
  private final String provider;
  private final String host;
  private final Operation operation;
  private final long callId;
  private final @Nullable Receipt receipt;
  private final @Nullable Throwable error;
  private final Instant began;
  private final Duration duration;

  private OutcomeEvent(Builder builder) {
    provider = builder.provider;
    host = builder.host;
    operation = builder.operation;
    callId = builder.callId;
    receipt = builder.receipt;
    error = builder.error;
    began = builder.began;
    duration = builder.duration;
  }

  /** Starts building the event of a feedback that was accepted. */
  public static Builder accepted(
      String provider, String host, Operation operation, Receipt receipt) {
    return new Builder(
        provider,
        host,
        operation,
        Objects.requireNonNull(receipt, "receipt must not be null"),
        null);
  }

  /** Starts building the event of a feedback that has no receipt. */
  public static Builder failed(String provider, String host, Operation operation, Throwable error) {
    return new Builder(
        provider, host, operation, null, Objects.requireNonNull(error, "error must not be null"));
  }

  /** The provider's name in lower case. */
  public String provider() {
    return provider;
  }

  /** The host of the client's base URL, without port. */
  public String host() {
    return host;
  }

  /**
   * A number that the attempts, retries and outcomes of one call of the client's methods have in
   * common, such as one {@code submitAll}; another for each call, of any client of this JVM.
   */
  public long callId() {
    return callId;
  }

  /** What the caller asked for; never {@link Operation#READ}. */
  public Operation operation() {
    return operation;
  }

  /** Whether there is a receipt. */
  public boolean isAccepted() {
    return receipt != null;
  }

  /**
   * The receipt, if the provider accepted the feedback. Its {@linkplain Receipt#state() state} is
   * empty, because that may hold what the person wrote; a later change needs the caller's receipt.
   */
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(receipt);
  }

  /**
   * The error, if there is no receipt: the {@link FeedbackException} that the caller got (after
   * cancelling a future, the caller has only a {@code CancellationException}). If that was another
   * exception, such as an {@link IllegalArgumentException}, it is one that names its class without
   * its message, which may quote the feedback. It is the object that the caller gets: do not change
   * it.
   */
  public Optional<Throwable> error() {
    return Optional.ofNullable(error);
  }

  /** The kind of {@link #error()}, to tag a metric with. */
  public Optional<FailureKind> failure() {
    return error().map(FailureKind::of);
  }

  /** What the provider could not keep and the client's {@link LossPolicy} accepted. */
  public List<Loss> losses() {
    return receipt == null ? List.of() : receipt.losses();
  }

  /**
   * The HTTP status of the response that led to the error; empty if it was accepted, or no response
   * did.
   */
  public OptionalInt status() {
    int status =
        error instanceof RejectedFeedbackException rejected
            ? rejected.status()
            : error instanceof UnreadableResponseException unreadable ? unreadable.status() : 0;
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /**
   * How many requests it took, retries and the look-ups of a confirmation included; 0 if nothing
   * was sent.
   */
  public int attempts() {
    if (receipt != null) {
      return receipt.attempts();
    }
    return error instanceof FeedbackException failure ? failure.attempts() : 0;
  }

  /** When the client was given the feedback, by the wall clock. */
  public Instant began() {
    return began;
  }

  /**
   * The time from when the client was given the feedback to the outcome, including the time in the
   * client's queue, which {@link Receipt#elapsed()} does not include.
   */
  public Duration duration() {
    return duration;
  }

  /** Names the ids of the receipt, but no text of the error. */
  @Override
  public String toString() {
    return "%s %s: %s, %d attempts, %d ms"
        .formatted(
            provider,
            operation,
            receipt == null ? "failed, " + failure().orElseThrow() : receipt,
            attempts(),
            duration.toMillis());
  }

  /** Collects what is known about an outcome. Not thread-safe. */
  public static final class Builder {
    private final String provider;
    private final String host;
    private final Operation operation;
    private long callId;
    private final @Nullable Receipt receipt;
    private final @Nullable Throwable error;
    private Instant began = Instant.EPOCH;
    private Duration duration = Duration.ZERO;

    private Builder(
        String provider,
        String host,
        Operation operation,
        @Nullable Receipt receipt,
        @Nullable Throwable error) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      this.host = Objects.requireNonNull(host, "host must not be null");
      this.operation = Objects.requireNonNull(operation, "operation must not be null");
      this.receipt = receipt;
      this.error = error;
    }

    /** Sets {@link OutcomeEvent#callId()}; 0 by default. */
    public Builder callId(long id) {
      this.callId = id;
      return this;
    }

    /** Sets {@link OutcomeEvent#began()} and {@link OutcomeEvent#duration()}. */
    public Builder time(Instant began, Duration duration) {
      this.began = Objects.requireNonNull(began, "began must not be null");
      this.duration = Objects.requireNonNull(duration, "duration must not be null");
      return this;
    }

    /** The event. */
    public OutcomeEvent build() {
      return new OutcomeEvent(this);
    }
  }
}
