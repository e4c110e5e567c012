package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a store knows of one entry in one lane, when it was asked. Immutable. */
public final class OutboxEntry {
  private final Builder values;

  private OutboxEntry(Builder values) {
    this.values = values;
  }

  /** Starts building what is known of an entry. */
  public static Builder of(String lane, UUID id, EntryState state) {
    return new Builder(
        Objects.requireNonNull(lane, "lane must not be null"),
        Objects.requireNonNull(id, "id must not be null"),
        Objects.requireNonNull(state, "state must not be null"));
  }

  /** The name of the lane. */
  public String lane() {
    return values.lane;
  }

  /** The entry's id, the same in all lanes. */
  public UUID id() {
    return values.id;
  }

  /** Its place in the order of its store; more than 0, and more for what is stored later. */
  public long sequence() {
    return values.sequence;
  }

  /** Where it stands. */
  public EntryState state() {
    return values.state;
  }

  /** Why it was rejected, dropped or parked; empty in other states. */
  public Optional<Fate.Reason> reason() {
    return Optional.ofNullable(values.reason);
  }

  /**
   * What led to this state, for people: the message of the exception, without the text of the
   * feedback or the server.
   */
  public Optional<String> detail() {
    return Optional.ofNullable(values.detail);
  }

  /** How often it was handed to the client. */
  public int attempts() {
    return values.attempts;
  }

  /** When it was added, in milliseconds, by the clock of the process that added it. */
  public Instant added() {
    return values.added;
  }

  /** The feedback, as it was stored; empty if what is stored cannot be read. */
  public Optional<Feedback> feedback() {
    return Optional.ofNullable(values.feedback);
  }

  /** Does not have the feedback. */
  @Override
  public String toString() {
    return "%s %s: %s%s after %d attempts"
        .formatted(
            values.lane,
            values.id,
            values.state,
            values.reason == null ? "" : " (" + values.reason + ")",
            values.attempts);
  }

  /** Collects what is known of an entry. Not thread-safe. */
  public static final class Builder {
    private final String lane;
    private final UUID id;
    private final EntryState state;
    private long sequence;
    private Fate.@Nullable Reason reason;
    private @Nullable String detail;
    private int attempts;
    private Instant added = Instant.EPOCH;
    private @Nullable Feedback feedback;

    private Builder(String lane, UUID id, EntryState state) {
      this.lane = lane;
      this.id = id;
      this.state = state;
    }

    private Builder(Builder other) {
      this(other.lane, other.id, other.state);
      sequence = other.sequence;
      reason = other.reason;
      detail = other.detail;
      attempts = other.attempts;
      added = other.added;
      feedback = other.feedback;
    }

    /** Sets {@link OutboxEntry#sequence()}. */
    public Builder sequence(long sequence) {
      this.sequence = sequence;
      return this;
    }

    /** Sets {@link OutboxEntry#reason()} and {@link OutboxEntry#detail()}. */
    public Builder reason(Fate.@Nullable Reason reason, @Nullable String detail) {
      this.reason = reason;
      this.detail = detail;
      return this;
    }

    /** Sets {@link OutboxEntry#attempts()}; 0 by default. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** Sets {@link OutboxEntry#added()}. */
    public Builder added(Instant added) {
      this.added = Objects.requireNonNull(added, "added must not be null");
      return this;
    }

    /** Sets {@link OutboxEntry#feedback()}. */
    public Builder feedback(@Nullable Feedback feedback) {
      this.feedback = feedback;
      return this;
    }

    /** The entry. */
    public OutboxEntry build() {
      return new OutboxEntry(new Builder(this));
    }
  }
}
