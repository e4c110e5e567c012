package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where an {@link Outbox} keeps its entries: in {@linkplain #memory() memory}, or in a database, as
 * {@code JdbcOutboxStore} does. Applications choose one and hand it over; its methods are for the
 * outbox, and for authors of other stores.
 *
 * <p>Each method is one transaction: it does all that it says, or throws an {@link OutboxException}
 * and does nothing, unless that says otherwise. All may be called by several threads at a time, and
 * where several processes share a store, by several processes. A store has a row for each entry and
 * lane; times are those of one clock, that of the database if processes on several machines share
 * it.
 */
public interface OutboxStore extends AutoCloseable {
  /** A store in this process's memory, with the default bounds: what it holds ends with it. */
  static MemoryOutboxStore memory() {
    return MemoryOutboxStore.builder().build();
  }

  /**
   * Prepares for use, once, before any other method.
   *
   * @param lanes the lanes that this process delivers; others may be in the store too
   */
  void open(Set<String> lanes);

  /**
   * Whether entries may come and go without this process: then the outbox looks for them from time
   * to time.
   */
  boolean isShared();

  /**
   * Stores these entries, in each of these lanes, as pending: all or none. They are durable when
   * this returns. Entries are in order: those of one call, and those of a call after those of a
   * call that returned before it began.
   *
   * @return what had to be dropped to make room
   * @throws OutboxFullException if there is no room
   */
  List<Change> add(Set<String> lanes, List<NewEntry> entries);

  /** Like {@link #add(Set, List)}, for a single one, which a store may have a shorter way for. */
  default List<Change> add(Set<String> lanes, NewEntry entry) {
    return add(lanes, List.of(entry));
  }

  /**
   * Claims pending entries of a lane, in order, and increases the number of each one's claim.
   *
   * <p>An entry is claimed only if no entry on its target is claimed already, and if all earlier
   * pending ones on its target are claimed by the same call; so an entry that is not due holds up
   * those behind it on its target, and no others.
   *
   * @param max how many at most
   * @param maxPerTarget how many on one target at most
   * @param lease how long the claim holds, unless renewed
   */
  Claims claim(String lane, int max, int maxPerTarget, Duration lease);

  /** Renews the leases of these claims, as far as they are still held. */
  void renew(String lane, List<Claim> claims, Duration lease);

  /**
   * Ends claims: writes the fate of entries, or makes them pending again. A claim that is no longer
   * held, because its lease ran out, changes nothing, with one exception: an entry that is parked
   * becomes delivered, if that is the fate to be written.
   *
   * @return for each, in order, whether it was written
   */
  List<Boolean> settle(String lane, List<Settlement> settlements);

  /**
   * Ends the claims of a lane whose lease ran out, and counts one attempt more for each.
   *
   * @param repeat whether they become pending again; otherwise they are parked as {@link
   *     Fate.Reason#LEASE_EXPIRED}
   * @return those that were parked
   */
  List<Change> endLeases(String lane, boolean repeat);

  /**
   * Drops pending entries of a lane that were added longer ago than this, as {@link
   * Fate.Reason#EXPIRED}; some at a time.
   */
  List<Change> expire(String lane, Duration age);

  /**
   * Makes one entry, parked or rejected, pending again, at its place in the order; counted in
   * {@link LaneCounts#retried()}.
   *
   * @return whether there was such an entry
   */
  boolean retry(String lane, UUID id);

  /** What is known of an entry, by lane; without the lanes in which it is no longer kept. */
  List<OutboxEntry> find(UUID id);

  /**
   * Entries of a lane in these states, in order.
   *
   * @param after the {@link OutboxEntry#sequence()} of the last entry of the page before; 0 for the
   *     first page
   * @param max how many at most
   */
  List<OutboxEntry> list(String lane, Set<EntryState> states, long after, int max);

  /**
   * Passes on the entries of {@code from} in these states, some at a time: they are dropped there
   * as {@link Fate.Reason#FORWARDED}, and pending in {@code to}, unless it has them already. So
   * none is passed on twice; one that came from {@code to} before is added there anew.
   *
   * @param states of pending, parked and rejected
   * @return what was dropped in {@code from}; empty if there is no more
   */
  List<Change> forward(String from, String to, Set<EntryState> states);

  /**
   * Adds final entries to the totals of {@link #counts} and forgets them, some at a time.
   *
   * @param keepFinal for how long those are kept that are delivered, superseded or dropped
   * @param keepFailed for how long those are kept that are parked or rejected
   * @return how many of the parked and rejected were forgotten
   */
  long rollUp(Duration keepFinal, Duration keepFailed);

  /** Whether a lane has entries that are pending or claimed. */
  boolean hasOpen(String lane);

  /** How many entries each lane has had, by one snapshot. */
  Map<String, LaneCounts> counts();

  /** Lets go of everything; what is stored stays, except in memory. Closing again has no effect. */
  @Override
  void close();

  /**
   * What is to be stored.
   *
   * @param id of version 7: its first 48 bits are the time at which it was added
   */
  record NewEntry(UUID id, Feedback feedback) {
    /** When it was added, in milliseconds. */
    public Instant added() {
      return added(id);
    }

    /** When the entry of this id was added, in milliseconds. */
    public static Instant added(UUID id) {
      return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /** A number that equal targets have in common, in every process and version; others hardly. */
    public long targetHash() {
      return targetHash(feedback.target());
    }

    private static long targetHash(Target target) {
      long hash = mixed(mixed(1, target.bareId()), target.sharedId());
      Map<String, String> ids = new TreeMap<>();
      target.namedIds().forEach((key, id) -> ids.put(key.provider() + "/" + key.name(), id));
      for (Map.Entry<String, String> id : ids.entrySet()) {
        hash = mixed(mixed(hash, id.getKey()), id.getValue());
      }
      return hash;
    }

    private static long mixed(long hash, Optional<String> text) {
      return text.isPresent() ? mixed(hash, text.get()) : mixed(hash, "\0");
    }

    /** FNV-1a, over UTF-16 units, with the end. */
    private static long mixed(long hash, String text) {
      long mixed = hash;
      for (int i = 0; i < text.length(); i++) {
        mixed = (mixed ^ text.charAt(i)) * 0x100000001b3L;
      }
      return (mixed ^ 0x10000) * 0x100000001b3L;
    }
  }

  /**
   * A claim of an entry.
   *
   * @param number increases with each claim of the entry, so that a process which was frozen cannot
   *     overwrite what another has written since
   */
  record Claim(UUID id, long number) {}

  /**
   * An entry that was claimed.
   *
   * @param attempts how often it was handed to a client before
   */
  record Claimed(Claim claim, Feedback feedback, int attempts) {}

  /**
   * What was claimed, in order.
   *
   * @param parked entries that could not be read, and were parked for that
   */
  record Claims(List<Claimed> entries, List<Change> parked) {}

  /**
   * How a claim ends.
   *
   * @param state pending, or one that is a fate
   * @param reason why it is rejected or parked
   * @param detail as {@link OutboxEntry#detail()}
   * @param attempts how often it has been handed to a client now
   * @param delay how long it is not due, if it is pending again
   */
  record Settlement(
      Claim claim,
      EntryState state,
      Fate.@Nullable Reason reason,
      @Nullable String detail,
      int attempts,
      Duration delay) {}

  /** A fate that the store wrote by itself. */
  record Change(String lane, UUID id, EntryState state, Fate.Reason reason, int attempts) {}

  /**
   * How many entries a lane has had, by what became of them.
   *
   * @param states how many are in each state, or were when they were forgotten
   * @param dropped how many were dropped, by reason
   * @param retried how often an entry was made pending again by {@link OutboxStore#retry}
   * @param forgotten how many of the parked and rejected are no longer kept
   */
  record LaneCounts(
      Map<EntryState, Long> states, Map<Fate.Reason, Long> dropped, long retried, long forgotten) {}
}
