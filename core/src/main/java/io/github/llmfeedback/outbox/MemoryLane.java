package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one lane in memory. Adding one is cheap: it is put at the end of a queue, and
 * sorted in when somebody looks for it. Guarded by the store's lock.
 */
final class MemoryLane {
  final String name;
  long retried;

  /** Added, pending, and after all that are in the maps. */
  private final FreshEntries fresh = new FreshEntries();

  private long sequence;

  private final Map<UUID, MemoryRow> rows = new HashMap<>();
  private final TreeMap<Long, MemoryRow> inOrder = new TreeMap<>();
  private final TreeMap<Long, MemoryRow> pending = new TreeMap<>();
  private final Map<UUID, MemoryRow> claimed = new LinkedHashMap<>();

  /** Parked or rejected, the oldest change first. */
  private final Map<UUID, MemoryRow> failed = new LinkedHashMap<>();

  /** How many have, or had when they were forgotten, each state that is not open. */
  private final Map<EntryState, Long> ended = new EnumMap<>(EntryState.class);

  private final Map<Fate.Reason, Long> dropped = new EnumMap<>(Fate.Reason.class);
  private long pendingBytes;
  private long forgotten;

  MemoryLane(String name) {
    this.name = name;
  }

  /** Adds entries that are pending, of so many bytes together. */
  void addAll(List<NewEntry> entries, long bytes) {
    entries.forEach(fresh::add);
    pendingBytes += bytes;
  }

  /** Adds one that is pending, of so many bytes. */
  void add(NewEntry entry, long bytes) {
    fresh.add(entry);
    pendingBytes += bytes;
  }

  /** Sorts in one that was added, and returns it; null if there is none. */
  private @Nullable MemoryRow sortIn() {
    NewEntry entry = fresh.poll();
    if (entry == null) {
      return null;
    }
    MemoryRow row = new MemoryRow(entry, ++sequence, EntrySize.of(entry.feedback()));
    rows.put(row.id, row);
    inOrder.put(row.sequence, row);
    pending.put(row.sequence, row);
    return row;
  }

  private void sortInAll() {
    while (sortIn() != null) {
      // Until none is left.
    }
  }

  @Nullable MemoryRow find(UUID id) {
    MemoryRow row = rows.get(id);
    if (row == null && !fresh.isEmpty()) {
      sortInAll();
      row = rows.get(id);
    }
    return row;
  }

  @Nullable MemoryRow firstPending() {
    return pending.isEmpty() ? sortIn() : pending.firstEntry().getValue();
  }

  /**
   * Pending ones that were added before then, wherever they stand: ids may be older than others.
   */
  List<MemoryRow> pendingBefore(Instant then, int max) {
    if (fresh.hasAddedBefore(then)) {
      sortInAll();
    }
    return pending.values().stream()
        .filter(row -> !row.isNotTooOld && NewEntry.added(row.id).isBefore(then))
        .limit(max)
        .toList();
  }

  /** All that are kept, in order, after one of them. */
  Collection<MemoryRow> after(long sequence) {
    sortInAll();
    return inOrder.tailMap(sequence, false).values();
  }

  List<MemoryRow> claimed() {
    return List.copyOf(claimed.values());
  }

  int failed() {
    return failed.size();
  }

  @Nullable MemoryRow oldestFailed() {
    return failed.isEmpty() ? null : failed.values().iterator().next();
  }

  /** As {@link OutboxStore#claim}. */
  List<Claimed> claim(int max, int maxPerTarget, long now, long leaseEnd) {
    Set<Target> blocked = new HashSet<>();
    claimed.values().forEach(row -> blocked.add(row.feedback.target()));
    Map<Target, Integer> taken = new HashMap<>();
    List<MemoryRow> chosen = new ArrayList<>();
    for (MemoryRow row : pending.values()) {
      if (chosen.size() == max) {
        break;
      }
      choose(row, now, maxPerTarget, blocked, taken, chosen);
    }
    MemoryRow row;
    while (chosen.size() < max && (row = sortIn()) != null) {
      choose(row, now, maxPerTarget, blocked, taken, chosen);
    }
    List<Claimed> claims = new ArrayList<>(chosen.size());
    for (MemoryRow each : chosen) {
      each.claim++;
      each.isNotTooOld = false;
      each.leaseEnd = leaseEnd;
      become(each, EntryState.CLAIMED, null, null, now);
      claims.add(new Claimed(new Claim(each.id, each.claim), each.feedback, each.attempts));
    }
    return claims;
  }

  private static void choose(
      MemoryRow row,
      long now,
      int maxPerTarget,
      Set<Target> blocked,
      Map<Target, Integer> taken,
      List<MemoryRow> chosen) {
    Target target = row.feedback.target();
    if (blocked.contains(target)) {
      return;
    }
    if (!row.isDue(now)) {
      blocked.add(target);
      return;
    }
    chosen.add(row);
    if (taken.merge(target, 1, Integer::sum) == maxPerTarget) {
      blocked.add(target);
    }
  }

  void become(
      MemoryRow row,
      EntryState state,
      Fate.@Nullable Reason reason,
      @Nullable String detail,
      long now) {
    leave(row);
    row.state = state;
    row.reason = reason;
    row.detail = detail;
    row.changed = now;
    if (!state.isOpen()) {
      ended.merge(state, 1L, Long::sum);
    }
    switch (state) {
      case PENDING -> {
        pending.put(row.sequence, row);
        pendingBytes += row.bytes;
      }
      case CLAIMED -> claimed.put(row.id, row);
      case PARKED, REJECTED -> failed.put(row.id, row);
      case DELIVERED, SUPERSEDED, DROPPED -> {
        remove(row);
        if (state == EntryState.DROPPED && reason != null) {
          dropped.merge(reason, 1L, Long::sum);
        }
      }
    }
  }

  private void leave(MemoryRow row) {
    if (!row.state.isOpen()) {
      ended.merge(row.state, -1L, Long::sum);
    }
    switch (row.state) {
      case PENDING -> {
        pending.remove(row.sequence);
        pendingBytes -= row.bytes;
      }
      case CLAIMED -> claimed.remove(row.id);
      case PARKED, REJECTED -> failed.remove(row.id);
      case DELIVERED, SUPERSEDED, DROPPED ->
          throw new IllegalStateException("an entry that is " + row.state + " stays so");
    }
  }

  /** Forgets one that is parked or rejected; it stays counted. */
  void forget(MemoryRow row) {
    failed.remove(row.id);
    remove(row);
    forgotten++;
  }

  private void remove(MemoryRow row) {
    rows.remove(row.id);
    inOrder.remove(row.sequence);
  }

  long count(EntryState state) {
    return switch (state) {
      case PENDING -> (long) pending.size() + fresh.size();
      case CLAIMED -> claimed.size();
      default -> ended.getOrDefault(state, 0L);
    };
  }

  long pendingBytes() {
    return pendingBytes;
  }

  LaneCounts counts() {
    Map<EntryState, Long> states = new EnumMap<>(EntryState.class);
    for (EntryState state : EntryState.values()) {
      states.put(state, count(state));
    }
    return new LaneCounts(states, new EnumMap<>(dropped), retried, forgotten);
  }
}
