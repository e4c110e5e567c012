package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an {@link OutboxStore} promises, in the plainest way: one list of rows. For one thread. */
final class OutboxStoreModel implements OutboxStore {
  private final Supplier<Instant> clock;
  private final boolean keepsFinal;

  /** In order, as are those that are forgotten, which only count. */
  private final List<Row> rows = new ArrayList<>();

  private final List<Row> forgotten = new ArrayList<>();
  private final Map<String, Long> retried = new HashMap<>();
  private long lastSequence;

  /**
   * Without entries.
   *
   * @param keepsFinal whether what is delivered, superseded or dropped is kept until {@link
   *     #rollUp}; otherwise it is forgotten at once
   */
  OutboxStoreModel(Supplier<Instant> clock, boolean keepsFinal) {
    this.clock = clock;
    this.keepsFinal = keepsFinal;
  }

  @Override
  public void open(Set<String> lanes) {}

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public List<Change> add(Set<String> lanes, List<NewEntry> entries) {
    for (NewEntry entry : entries) {
      for (String lane : lanes) {
        rows.add(new Row(lane, entry.id(), entry.feedback(), ++lastSequence));
      }
    }
    return List.of();
  }

  @Override
  public Claims claim(String lane, int max, int maxPerTarget, Duration lease) {
    Set<Target> blocked = new HashSet<>();
    rowsOf(lane).filter(row -> row.state == EntryState.CLAIMED).forEach(row -> row.addTo(blocked));
    Map<Target, Integer> claimed = new HashMap<>();
    List<Claimed> entries = new ArrayList<>();
    for (Row row : rowsOf(lane).filter(row -> row.state == EntryState.PENDING).toList()) {
      Target target = row.feedback.target();
      if (row.until.isAfter(clock.get())) {
        blocked.add(target);
      }
      if (!blocked.contains(target)
          && claimed.getOrDefault(target, 0) < maxPerTarget
          && entries.size() < max) {
        claimed.merge(target, 1, Integer::sum);
        row.become(EntryState.CLAIMED, null, null);
        row.claim++;
        row.isNotTooOld = false;
        row.until = clock.get().plus(lease);
        entries.add(new Claimed(new Claim(row.id, row.claim), row.feedback, row.attempts));
      }
    }
    return new Claims(entries, List.of());
  }

  @Override
  public void renew(String lane, List<Claim> claims, Duration lease) {
    for (Claim claim : claims) {
      rowsOf(lane)
          .filter(row -> row.isHeldBy(claim))
          .forEach(row -> row.until = clock.get().plus(lease));
    }
  }

  @Override
  public List<Boolean> settle(String lane, List<Settlement> settlements) {
    return settlements.stream().map(settlement -> settle(lane, settlement)).toList();
  }

  private boolean settle(String lane, Settlement settlement) {
    Claim claim = settlement.claim();
    List<Row> matching =
        rowsOf(lane).filter(row -> row.isHeldBy(claim) || isLate(settlement, row)).toList();
    for (Row row : matching) {
      row.become(settlement.state(), settlement.reason(), settlement.detail());
      row.attempts = Math.max(row.attempts, settlement.attempts());
      row.until = clock.get().plus(settlement.delay());
    }
    forgetFinal();
    return !matching.isEmpty();
  }

  private static boolean isLate(Settlement settlement, Row row) {
    return settlement.state() == EntryState.DELIVERED
        && row.state == EntryState.PARKED
        && row.id.equals(settlement.claim().id());
  }

  boolean isHeld(String lane, Claim claim) {
    return rowsOf(lane).anyMatch(row -> row.isHeldBy(claim));
  }

  @Override
  public List<Change> endLeases(String lane, boolean repeat) {
    List<Change> parked = new ArrayList<>();
    for (Row row : rowsOf(lane).filter(row -> row.state == EntryState.CLAIMED).toList()) {
      if (row.until.isBefore(clock.get())) {
        row.attempts++;
        row.become(
            repeat ? EntryState.PENDING : EntryState.PARKED,
            repeat ? null : Fate.Reason.LEASE_EXPIRED,
            null);
        if (!repeat) {
          parked.add(row.change(Fate.Reason.LEASE_EXPIRED));
        }
      }
    }
    return parked;
  }

  @Override
  public List<Change> expire(String lane, Duration age) {
    List<Change> expired = new ArrayList<>();
    for (Row row : rowsOf(lane).filter(row -> row.state == EntryState.PENDING).toList()) {
      if (!row.isNotTooOld && NewEntry.added(row.id).isBefore(clock.get().minus(age))) {
        row.become(EntryState.DROPPED, Fate.Reason.EXPIRED, null);
        expired.add(row.change(Fate.Reason.EXPIRED));
      }
    }
    forgetFinal();
    return expired;
  }

  @Override
  public boolean retry(String lane, UUID id) {
    for (Row row : rowsOf(lane).filter(row -> row.id.equals(id)).toList()) {
      if (row.state.isRetryable()) {
        row.become(EntryState.PENDING, null, null);
        row.until = clock.get();
        row.isNotTooOld = true;
        retried.merge(lane, 1L, Long::sum);
        return true;
      }
    }
    return false;
  }

  @Override
  public List<OutboxEntry> find(UUID id) {
    return rows.stream().filter(row -> row.id.equals(id)).map(Row::entry).toList();
  }

  @Override
  public List<OutboxEntry> list(String lane, Set<EntryState> states, long after, int max) {
    return rowsOf(lane)
        .filter(row -> states.contains(row.state) && row.sequence > after)
        .limit(max)
        .map(Row::entry)
        .toList();
  }

  @Override
  public List<Change> forward(String from, String to, Set<EntryState> states) {
    List<Row> some = rowsOf(from).filter(row -> states.contains(row.state)).toList();
    for (Row row : some) {
      forget(rowsOf(to).filter(other -> other.id.equals(row.id) && other.isForwarded()).toList());
      if (rowsOf(to).noneMatch(other -> other.id.equals(row.id))) {
        Row forwarded = new Row(to, row.id, row.feedback, ++lastSequence);
        forwarded.isNotTooOld = true;
        rows.add(forwarded);
      }
      row.become(EntryState.DROPPED, Fate.Reason.FORWARDED, null);
    }
    List<Change> changes = some.stream().map(row -> row.change(Fate.Reason.FORWARDED)).toList();
    forgetFinal();
    return changes;
  }

  @Override
  public long rollUp(Duration keepFinal, Duration keepFailed) {
    List<Row> finals = rows.stream().filter(row -> row.isFinalFor(keepFinal)).toList();
    List<Row> failed =
        rows.stream()
            .filter(row -> row.state.isRetryable() && row.isUnchangedFor(keepFailed))
            .toList();
    forget(finals);
    forget(failed);
    return failed.size();
  }

  private void forgetFinal() {
    if (!keepsFinal) {
      forget(rows.stream().filter(Row::isFinal).toList());
    }
  }

  private void forget(List<Row> some) {
    rows.removeAll(some);
    forgotten.addAll(some);
  }

  @Override
  public boolean hasOpen(String lane) {
    return rowsOf(lane).anyMatch(row -> row.state.isOpen());
  }

  @Override
  public Map<String, LaneCounts> counts() {
    Map<String, LaneCounts> counts = new TreeMap<>();
    Stream.concat(rows.stream(), forgotten.stream())
        .map(row -> row.lane)
        .distinct()
        .forEach(lane -> counts.put(lane, counts(lane)));
    return counts;
  }

  private LaneCounts counts(String lane) {
    Map<EntryState, Long> states = new EnumMap<>(EntryState.class);
    Map<Fate.Reason, Long> dropped = new EnumMap<>(Fate.Reason.class);
    long forgottenFailed = 0;
    for (Row row : Stream.concat(rows.stream(), forgotten.stream()).toList()) {
      if (row.lane.equals(lane)) {
        states.merge(row.state, 1L, Long::sum);
        if (row.state == EntryState.DROPPED && row.reason != null) {
          dropped.merge(row.reason, 1L, Long::sum);
        }
        if (row.state.isRetryable() && forgotten.contains(row)) {
          forgottenFailed++;
        }
      }
    }
    return new LaneCounts(states, dropped, retried.getOrDefault(lane, 0L), forgottenFailed);
  }

  private Stream<Row> rowsOf(String lane) {
    return rows.stream().filter(row -> row.lane.equals(lane));
  }

  @Override
  public void close() {}

  /** An entry in a lane. */
  private final class Row {
    final String lane;
    final UUID id;
    final Feedback feedback;
    final long sequence;
    EntryState state = EntryState.PENDING;
    Fate.@Nullable Reason reason;
    @Nullable String detail;
    int attempts;
    long claim;
    boolean isNotTooOld;
    Instant changed;

    /** While it is pending: when it is due; while it is claimed: when its lease runs out. */
    Instant until;

    Row(String lane, UUID id, Feedback feedback, long sequence) {
      this.lane = lane;
      this.id = id;
      this.feedback = feedback;
      this.sequence = sequence;
      changed = clock.get();
      until = changed;
    }

    void become(EntryState next, Fate.@Nullable Reason why, @Nullable String more) {
      state = next;
      reason = why;
      detail = more;
      changed = clock.get();
    }

    boolean isHeldBy(Claim held) {
      return state == EntryState.CLAIMED && id.equals(held.id()) && claim == held.number();
    }

    boolean isForwarded() {
      return state == EntryState.DROPPED && reason == Fate.Reason.FORWARDED;
    }

    boolean isFinal() {
      return !state.isOpen() && !state.isRetryable();
    }

    boolean isFinalFor(Duration time) {
      return isFinal() && isUnchangedFor(time);
    }

    boolean isUnchangedFor(Duration time) {
      return changed.isBefore(clock.get().minus(time));
    }

    void addTo(Set<Target> targets) {
      targets.add(feedback.target());
    }

    Change change(Fate.Reason why) {
      return new Change(lane, id, state, why, attempts);
    }

    OutboxEntry entry() {
      return OutboxEntry.of(lane, id, state)
          .sequence(sequence)
          .reason(reason, detail)
          .attempts(attempts)
          .added(NewEntry.added(id))
          .feedback(feedback)
          .build();
    }
  }
}
