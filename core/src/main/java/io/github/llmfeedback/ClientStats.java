package io.github.llmfeedback;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client has done since it was built, and does now. Immutable: a snapshot.
 *
 * <p>Everything but {@link #retries()} and {@link #droppedEvents()} is counted per feedback, and
 * per operation on it: an update or a retraction counts as a submission does. In every snapshot
 * {@code submitted = accepted + failed + inFlight + queued}, and nothing in it is negative. Totals
 * never decrease. A feedback is counted as accepted or failed before its caller has the receipt or
 * the error, or its future completes. The numbers are read one after the other while calls go on,
 * so a feedback may be counted as queued that has ended during the reading.
 */
public final class ClientStats {
  private final long accepted;
  private final Map<FailureKind, Long> failures;
  private final long inFlight;
  private final long queued;
  private final @Nullable Instant pausedUntil;
  private final long retries;
  private final long droppedEvents;

  private ClientStats(Builder builder) {
    accepted = builder.accepted;
    failures = Collections.unmodifiableMap(new EnumMap<>(builder.failures));
    inFlight = builder.inFlight;
    queued = builder.queued;
    pausedUntil = builder.pausedUntil;
    retries = builder.retries;
    droppedEvents = builder.droppedEvents;
  }

  /** Starts building statistics in which nothing has happened. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many feedbacks the client was given. */
  public long submitted() {
    return accepted + failed() + inFlight + queued;
  }

  /** How many have a receipt. */
  public long accepted() {
    return accepted;
  }

  /** How many have an error. */
  public long failed() {
    return failures.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many have an error of each kind; kinds that did not occur are left out. */
  public Map<FailureKind, Long> failures() {
    return failures;
  }

  /** How many are on the wire: in a request that has begun and has no response yet. */
  public long inFlight() {
    return inFlight;
  }

  /**
   * How many are neither on the wire nor ended: those that wait for their turn, for a pause or for
   * a retry, and those of a confirmation between its posts.
   */
  public long queued() {
    return queued;
  }

  /**
   * Until when the client pauses because the provider asked for it, by the wall clock; empty if it
   * does not pause.
   */
  public Optional<Instant> pausedUntil() {
    return Optional.ofNullable(pausedUntil);
  }

  /** How often a request was to be sent again because it had failed in a way that may pass. */
  public long retries() {
    return retries;
  }

  /** How many events were not passed to the {@link FeedbackListener}, which was too slow. */
  public long droppedEvents() {
    return droppedEvents;
  }

  @Override
  public String toString() {
    return "ClientStats{submitted=%d, accepted=%d, failed=%d %s, inFlight=%d, queued=%d, pausedUntil=%s, retries=%d, droppedEvents=%d}"
        .formatted(
            submitted(),
            accepted,
            failed(),
            failures,
            inFlight,
            queued,
            pausedUntil == null ? "-" : pausedUntil,
            retries,
            droppedEvents);
  }

  /** Collects statistics, for clients and their doubles in tests. Not thread-safe. */
  public static final class Builder {
    private long accepted;
    private final Map<FailureKind, Long> failures = new EnumMap<>(FailureKind.class);
    private long inFlight;
    private long queued;
    private @Nullable Instant pausedUntil;
    private long retries;
    private long droppedEvents;

    private Builder() {}

    /** Sets {@link ClientStats#accepted()}; not negative. */
    public Builder accepted(long feedbacks) {
      accepted = counted("accepted", feedbacks);
      return this;
    }

    /** Sets how many failed like this; not negative. */
    public Builder failed(FailureKind kind, long feedbacks) {
      Objects.requireNonNull(kind, "kind must not be null");
      if (counted("failed", feedbacks) == 0) {
        failures.remove(kind);
      } else {
        failures.put(kind, feedbacks);
      }
      return this;
    }

    /** Sets {@link ClientStats#inFlight()}; not negative. */
    public Builder inFlight(long feedbacks) {
      inFlight = counted("inFlight", feedbacks);
      return this;
    }

    /** Sets {@link ClientStats#queued()}; not negative. */
    public Builder queued(long feedbacks) {
      queued = counted("queued", feedbacks);
      return this;
    }

    /** Sets {@link ClientStats#pausedUntil()}; null if the client does not pause. */
    public Builder pausedUntil(@Nullable Instant end) {
      pausedUntil = end;
      return this;
    }

    /** Sets {@link ClientStats#retries()}; not negative. */
    public Builder retries(long retries) {
      this.retries = counted("retries", retries);
      return this;
    }

    /** Sets {@link ClientStats#droppedEvents()}; not negative. */
    public Builder droppedEvents(long events) {
      droppedEvents = counted("droppedEvents", events);
      return this;
    }

    private static long counted(String field, long number) {
      if (number < 0) {
        throw new IllegalArgumentException(field + " must not be negative, but is " + number);
      }
      return number;
    }

    /** The statistics. */
    public ClientStats build() {
      return new ClientStats(this);
    }
  }
}
