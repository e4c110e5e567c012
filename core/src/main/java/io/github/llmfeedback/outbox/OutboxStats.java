package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many entries the lanes of an outbox have had, and what became of them. Immutable: a snapshot,
 * taken of all lanes at once.
 *
 * <p>In each lane {@code added = delivered + rejected + superseded + dropped + parked + claimed +
 * pending}. In a database these are the numbers of all processes, since its tables were created;
 * what is not committed is not counted.
 */
public final class OutboxStats {
  private final Map<String, Lane> lanes;
  private final long droppedEvents;

  OutboxStats(Map<String, Lane> lanes, long droppedEvents) {
    this.lanes = Collections.unmodifiableMap(new TreeMap<>(lanes));
    this.droppedEvents = droppedEvents;
  }

  /** What a lane does. */
  public enum Status {
    /** It delivers. */
    RUNNING,
    /** Its provider gives no answer, or asked it to wait; it tries again by itself. */
    BACKING_OFF,
    /**
     * Its provider refuses the key, the account or the address (401, 402, 403, 405, 407, 412, or a
     * redirect), whatever is sent; it tries one entry now and then.
     */
    UNAUTHORIZED,
    /** This outbox has no client for it: its entries came from another process, or from before. */
    NO_CLIENT
  }

  /** Every lane of the store by name, including those that this outbox has no client for. */
  public Map<String, Lane> lanes() {
    return lanes;
  }

  /**
   * One lane.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public Lane lane(String name) {
    Lane lane = lanes.get(Objects.requireNonNull(name, "name must not be null"));
    if (lane == null) {
      throw new IllegalArgumentException(
          "there is no lane \"" + name + "\", but there are " + lanes.keySet());
    }
    return lane;
  }

  /** How many entries are to be delivered, in all lanes. */
  public long open() {
    return lanes.values().stream().mapToLong(lane -> lane.pending() + lane.claimed()).sum();
  }

  /** How many fates were not passed to the listener, which was too slow. */
  public long droppedEvents() {
    return droppedEvents;
  }

  @Override
  public String toString() {
    return "OutboxStats" + lanes;
  }

  /** The numbers of one lane. Immutable. */
  public static final class Lane {
    private final LaneCounts counts;
    private final Status status;
    private final @Nullable Instant nextTry;
    private final long restarts;

    Lane(LaneCounts counts, Status status, @Nullable Instant nextTry, long restarts) {
      this.counts = counts;
      this.status = status;
      this.nextTry = nextTry;
      this.restarts = restarts;
    }

    private long count(EntryState state) {
      return counts.states().getOrDefault(state, 0L);
    }

    /** How many were added. */
    public long added() {
      return counts.states().values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many wait for their turn. */
    public long pending() {
      return count(EntryState.PENDING);
    }

    /** How many are being sent. */
    public long claimed() {
      return count(EntryState.CLAIMED);
    }

    /** How many the provider accepted. */
    public long delivered() {
      return count(EntryState.DELIVERED);
    }

    /** How many the provider refused, or cannot keep. */
    public long rejected() {
      return count(EntryState.REJECTED);
    }

    /** How many were never sent, because a later one on the same target says all that they say. */
    public long superseded() {
      return count(EntryState.SUPERSEDED);
    }

    /** How many were given up. */
    public long dropped() {
      return count(EntryState.DROPPED);
    }

    /** How many were given up, by reason; reasons that did not occur are left out. */
    public Map<Fate.Reason, Long> droppedBy() {
      return Collections.unmodifiableMap(counts.dropped());
    }

    /** How many wait for somebody to decide, including those that are {@link #forgotten()}. */
    public long parked() {
      return count(EntryState.PARKED);
    }

    /** How often an entry was tried again after it had been parked or rejected. */
    public long retried() {
      return counts.retried();
    }

    /** How many of those that are parked or rejected are no longer kept. */
    public long forgotten() {
      return counts.forgotten();
    }

    /** What the lane does, in this process. */
    public Status status() {
      return status;
    }

    /** When it sends again, if it waits for its provider. */
    public Optional<Instant> nextTry() {
      return Optional.ofNullable(nextTry);
    }

    /** How often the lane's work failed unexpectedly in this process, and was begun again. */
    public long restarts() {
      return restarts;
    }

    @Override
    public String toString() {
      return ("{status=%s, added=%d, pending=%d, claimed=%d, delivered=%d, rejected=%d, superseded=%d,"
              + " dropped=%d %s, parked=%d, retried=%d, forgotten=%d, restarts=%d}")
          .formatted(
              status,
              added(),
              pending(),
              claimed(),
              delivered(),
              rejected(),
              superseded(),
              dropped(),
              droppedBy(),
              parked(),
              retried(),
              forgotten(),
              restarts);
    }
  }
}
