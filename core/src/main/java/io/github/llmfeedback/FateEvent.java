package io.github.llmfeedback;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entry of an outbox has its fate in one of its lanes. Immutable. */
public final class FateEvent {
  private final Builder values;

  private FateEvent(Builder values) {
    this.values = values;
  }

  /** Starts building the event of an entry that has this fate in this lane. */
  public static Builder of(String lane, UUID id, Fate fate) {
    return new Builder(
        Objects.requireNonNull(lane, "lane must not be null"),
        Objects.requireNonNull(id, "id must not be null"),
        Objects.requireNonNull(fate, "fate must not be null"));
  }

  /** The name of the lane: the provider's, unless the lane was given another. */
  public String lane() {
    return values.lane;
  }

  /** The entry's id, the same in all lanes. */
  public UUID id() {
    return values.id;
  }

  /** What became of it. */
  public Fate fate() {
    return values.fate;
  }

  /** Why it was rejected, dropped or parked; empty if it was delivered or superseded. */
  public Optional<Fate.Reason> reason() {
    return Optional.ofNullable(values.reason);
  }

  /** How often it was handed to the client. */
  public int attempts() {
    return values.attempts;
  }

  /** When it was added, by the clock of the process that added it. */
  public Instant added() {
    return values.added;
  }

  /** The time from when it was added to its fate; zero if the clocks contradict that. */
  public Duration age() {
    return values.age;
  }

  @Override
  public String toString() {
    return "%s %s: %s%s after %d attempts, %d ms"
        .formatted(
            values.lane,
            values.id,
            values.fate,
            values.reason == null ? "" : " (" + values.reason + ")",
            values.attempts,
            values.age.toMillis());
  }

  /** Collects what is known about a fate. Not thread-safe. */
  public static final class Builder {
    private final String lane;
    private final UUID id;
    private final Fate fate;
    private Fate.@Nullable Reason reason;
    private int attempts;
    private Instant added = Instant.EPOCH;
    private Duration age = Duration.ZERO;

    private Builder(String lane, UUID id, Fate fate) {
      this.lane = lane;
      this.id = id;
      this.fate = fate;
    }

    private Builder(Builder other) {
      this(other.lane, other.id, other.fate);
      reason = other.reason;
      attempts = other.attempts;
      added = other.added;
      age = other.age;
    }

    /** Sets {@link FateEvent#reason()}; none by default. */
    public Builder reason(Fate.@Nullable Reason reason) {
      this.reason = reason;
      return this;
    }

    /** Sets {@link FateEvent#attempts()}; 0 by default. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** Sets {@link FateEvent#added()} and {@link FateEvent#age()}. */
    public Builder time(Instant added, Duration age) {
      this.added = Objects.requireNonNull(added, "added must not be null");
      this.age = Objects.requireNonNull(age, "age must not be null");
      return this;
    }

    /** The event. */
    public FateEvent build() {
      return new FateEvent(new Builder(this));
    }
  }
}
