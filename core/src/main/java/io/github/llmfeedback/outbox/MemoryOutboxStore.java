package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the entries of an outbox in this process's memory, within bounds. What it holds is lost
 * when the process ends, so that it suits what may be lost then, and tests.
 *
 * <p>An entry that was delivered, superseded or dropped is counted and forgotten at once. Of those
 * that are parked or rejected, the newest are kept ({@link Builder#maxFailed}).
 */
public final class MemoryOutboxStore implements OutboxStore {
  /** How many entries one call looks through or changes at most, where it may be called again. */
  private static final int PORTION = 1_000;

  private final int maxEntries;
  private final long maxBytes;
  private final int maxFailed;
  private final Overflow whenFull;
  private final @Nullable Time givenTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  /** The state from here on is guarded by the lock. */
  private final Map<String, MemoryLane> lanes = new TreeMap<>();

  private @Nullable SharedThreads threads;
  private @Nullable Time time;
  private long entries;
  private @Nullable Set<String> lastNames;
  private MemoryLane[] lastLanes = {};
  private long bytes;
  private boolean isClosed;

  private MemoryOutboxStore(Builder builder) {
    maxEntries = builder.maxEntries;
    maxBytes = builder.maxBytes;
    maxFailed = builder.maxFailed;
    whenFull = builder.whenFull;
    givenTime = builder.time;
  }

  /** Starts building a store with other bounds. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void open(Set<String> names) {
    lock.lock();
    try {
      if (time != null) {
        throw new IllegalStateException("this store has been opened; each outbox needs its own");
      }
      if (givenTime == null) {
        threads = SharedThreads.acquire();
        time = threads;
      } else {
        time = givenTime;
      }
      names.forEach(this::lane);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public List<Change> add(Set<String> names, List<NewEntry> added) {
    long size = 0;
    for (NewEntry entry : added) {
      size += EntrySize.of(entry.feedback());
    }
    lock.lock();
    try {
      MemoryLane[] own = lanes(names);
      List<Change> dropped = takeRoom(own.length, added.size(), size);
      for (MemoryLane lane : own) {
        lane.addAll(added, size);
      }
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** As for a list, without one: this is the way of every click. */
  @Override
  public List<Change> add(Set<String> names, NewEntry added) {
    long size = EntrySize.of(added.feedback());
    lock.lock();
    try {
      MemoryLane[] own = lanes(names);
      List<Change> dropped = takeRoom(own.length, 1, size);
      for (MemoryLane lane : own) {
        lane.add(added, size);
      }
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** Counts what is added to each of some lanes as held; returns what made room for it. */
  private List<Change> takeRoom(int lanes, int count, long size) {
    checkOpen();
    long newEntries = (long) lanes * count;
    long newBytes = lanes * size;
    List<Change> dropped =
        hasRoom(newEntries, newBytes) ? List.of() : makeRoom(newEntries, newBytes);
    entries += newEntries;
    bytes += newBytes;
    return dropped;
  }

  private boolean hasRoom(long newEntries, long newBytes) {
    return entries + newEntries <= maxEntries && bytes + newBytes <= maxBytes;
  }

  private List<Change> makeRoom(long newEntries, long newBytes) {
    if (newEntries > maxEntries || newBytes > maxBytes) {
      throw full("; this would not fit into an empty one");
    }
    List<Change> dropped = new ArrayList<>();
    if (whenFull.isDropping()) {
      // Nothing is dropped in vain: what is claimed or kept for a person cannot be.
      if (!hasRoom(newEntries - pending(), newBytes - pendingBytes())) {
        throw full("; what is pending is too little to make room");
      }
      while (!hasRoom(newEntries, newBytes)) {
        MemoryLane lane = oldest();
        dropped.add(dropped(lane, Objects.requireNonNull(lane.firstPending()), Fate.Reason.FULL));
      }
    } else if (!whenFull.limit().isZero()) {
      awaitRoom(newEntries, newBytes);
    }
    if (!hasRoom(newEntries, newBytes)) {
      throw full(whenFull.limit().isZero() ? "" : "; waited " + whenFull.limit() + " for room");
    }
    return dropped;
  }

  private long pending() {
    return lanes.values().stream().mapToLong(lane -> lane.count(EntryState.PENDING)).sum();
  }

  private long pendingBytes() {
    return lanes.values().stream().mapToLong(MemoryLane::pendingBytes).sum();
  }

  /** The lane with the oldest pending entry. */
  private MemoryLane oldest() {
    MemoryLane oldest = null;
    Instant first = Instant.MAX;
    for (MemoryLane lane : lanes.values()) {
      MemoryRow row = lane.firstPending();
      if (row != null && NewEntry.added(row.id).isBefore(first)) {
        oldest = lane;
        first = NewEntry.added(row.id);
      }
    }
    return Objects.requireNonNull(oldest, "nothing is pending");
  }

  private OutboxFullException full(String more) {
    return new OutboxFullException( // put together by hand: it may be thrown by thousands
        "the outbox in memory is full"
            + more
            + ": it holds "
            + entries
            + " entries ("
            + bytes
            + " bytes) of at most "
            + maxEntries
            + " ("
            + maxBytes
            + " bytes); nothing was stored. Raise maxEntries or maxBytes of"
            + " MemoryOutboxStore.builder(), choose another whenFull, or keep the entries in a"
            + " database");
  }

  /** By the time that was given: an alarm ends the wait. */
  private void awaitRoom(long newEntries, long newBytes) {
    Time now = opened();
    long end = now.nanoTime() + whenFull.limit().toNanos();
    Scheduler.Alarm alarm = now.schedule(this::wakeWaiting, whenFull.limit());
    try {
      while (!hasRoom(newEntries, newBytes) && now.nanoTime() - end < 0) {
        room.await();
        checkOpen();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutboxException(
          "interrupted while waiting for room in the outbox; nothing was stored", e, false);
    } finally {
      alarm.cancel();
    }
  }

  private void wakeWaiting() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Claims claim(String name, int max, int maxPerTarget, Duration lease) {
    lock.lock();
    try {
      checkOpen();
      long now = opened().nanoTime();
      return new Claims(lane(name).claim(max, maxPerTarget, now, now + lease.toNanos()), List.of());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void renew(String name, List<Claim> claims, Duration lease) {
    lock.lock();
    try {
      long end = opened().nanoTime() + lease.toNanos();
      for (Claim claim : claims) {
        MemoryRow row = lane(name).find(claim.id());
        if (row != null && row.isHeld(claim)) {
          row.leaseEnd = end;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Boolean> settle(String name, List<Settlement> settlements) {
    lock.lock();
    try {
      MemoryLane lane = lane(name);
      List<Boolean> written = new ArrayList<>(settlements.size());
      for (Settlement each : settlements) {
        MemoryRow row = lane.find(each.claim().id());
        boolean isHeld = row != null && row.isHeld(each.claim());
        boolean isLate =
            row != null
                && row.state == EntryState.PARKED
                && each.state() == EntryState.DELIVERED
                && each.claim().number() <= row.claim;
        written.add(isHeld || isLate);
        if (row != null && (isHeld || isLate)) {
          row.attempts = Math.max(row.attempts, each.attempts());
          row.due = opened().nanoTime() + each.delay().toNanos();
          become(lane, row, each.state(), each.reason(), each.detail());
        }
      }
      return written;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Change> endLeases(String name, boolean repeat) {
    lock.lock();
    try {
      MemoryLane lane = lane(name);
      long now = opened().nanoTime();
      List<Change> parked = new ArrayList<>();
      for (MemoryRow row : lane.claimed()) {
        if (row.leaseEnd - now > 0) {
          continue;
        }
        row.attempts++;
        row.due = now;
        if (repeat) {
          become(lane, row, EntryState.PENDING, null, null);
        } else {
          become(lane, row, EntryState.PARKED, Fate.Reason.LEASE_EXPIRED, null);
          parked.add(change(lane, row, Fate.Reason.LEASE_EXPIRED));
        }
      }
      return parked;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Change> expire(String name, Duration age) {
    lock.lock();
    try {
      MemoryLane lane = lane(name);
      Instant oldest = opened().now().minus(age);
      List<Change> expired = new ArrayList<>();
      for (MemoryRow row : lane.pendingBefore(oldest, PORTION)) {
        expired.add(dropped(lane, row, Fate.Reason.EXPIRED));
      }
      return expired;
    } finally {
      lock.unlock();
    }
  }

  private Change dropped(MemoryLane lane, MemoryRow row, Fate.Reason reason) {
    become(lane, row, EntryState.DROPPED, reason, null);
    return change(lane, row, reason);
  }

  private static Change change(MemoryLane lane, MemoryRow row, Fate.Reason reason) {
    return new Change(lane.name, row.id, row.state, reason, row.attempts);
  }

  @Override
  public boolean retry(String name, UUID id) {
    lock.lock();
    try {
      MemoryLane lane = lane(name);
      MemoryRow row = lane.find(id);
      if (row == null || !row.state.isRetryable()) {
        return false;
      }
      row.due = opened().nanoTime();
      row.isNotTooOld = true;
      become(lane, row, EntryState.PENDING, null, null);
      lane.retried++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<OutboxEntry> find(UUID id) {
    lock.lock();
    try {
      List<OutboxEntry> found = new ArrayList<>();
      for (MemoryLane lane : lanes.values()) {
        MemoryRow row = lane.find(id);
        if (row != null) {
          found.add(row.entry(lane.name));
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<OutboxEntry> list(String name, Set<EntryState> states, long after, int max) {
    lock.lock();
    try {
      return lane(name).after(after).stream()
          .filter(row -> states.contains(row.state))
          .limit(max)
          .map(row -> row.entry(name))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Change> forward(String from, String to, Set<EntryState> states) {
    lock.lock();
    try {
      checkOpen();
      MemoryLane source = lane(from);
      MemoryLane target = lane(to);
      List<MemoryRow> rows =
          source.after(0).stream()
              .filter(row -> states.contains(row.state))
              .filter(row -> row.state == EntryState.PENDING || row.state.isRetryable())
              .limit(PORTION)
              .toList();
      List<Change> dropped = new ArrayList<>(rows.size());
      for (MemoryRow row : rows) {
        dropped.add(dropped(source, row, Fate.Reason.FORWARDED));
        if (target.find(row.id) == null) {
          target.addAll(List.of(row.asNew()), row.bytes);
          Objects.requireNonNull(target.find(row.id)).isNotTooOld = true;
          entries++;
          bytes += row.bytes;
        }
      }
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** Final entries are forgotten at once. */
  @Override
  public long rollUp(Duration keepFinal, Duration keepFailed) {
    lock.lock();
    try {
      long now = opened().nanoTime();
      long forgotten = 0;
      for (MemoryLane lane : lanes.values()) {
        MemoryRow row;
        while ((row = lane.oldestFailed()) != null
            && now - row.changed >= keepFailed.toNanos()
            && forgotten < PORTION) {
          forget(lane, row);
          forgotten++;
        }
      }
      return forgotten;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasOpen(String name) {
    lock.lock();
    try {
      MemoryLane lane = lane(name);
      return lane.count(EntryState.PENDING) + lane.count(EntryState.CLAIMED) > 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Map<String, LaneCounts> counts() {
    lock.lock();
    try {
      Map<String, LaneCounts> counts = new TreeMap<>();
      lanes.values().forEach(lane -> counts.put(lane.name, lane.counts()));
      return counts;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        room.signalAll();
        if (threads != null) {
          threads.release();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void become(
      MemoryLane lane,
      MemoryRow row,
      EntryState state,
      Fate.@Nullable Reason reason,
      @Nullable String detail) {
    lane.become(row, state, reason, detail, opened().nanoTime());
    if (!state.isOpen() && !state.isRetryable()) {
      free(row);
    } else if (state.isRetryable() && lane.failed() > maxFailed) {
      forget(lane, Objects.requireNonNull(lane.oldestFailed()));
    }
  }

  private void forget(MemoryLane lane, MemoryRow row) {
    lane.forget(row);
    free(row);
  }

  private void free(MemoryRow row) {
    entries--;
    bytes -= row.bytes;
    if (lock.hasWaiters(room)) {
      room.signalAll();
    }
  }

  private MemoryLane lane(String name) {
    MemoryLane lane = lanes.get(name);
    if (lane == null) {
      lane = new MemoryLane(name);
      lanes.put(name, lane);
    }
    return lane;
  }

  /** An outbox passes the same set again and again. */
  private MemoryLane[] lanes(Set<String> names) {
    if (names != lastNames) {
      lastLanes = names.stream().map(this::lane).toArray(MemoryLane[]::new);
      lastNames = names;
    }
    return lastLanes;
  }

  private Time opened() {
    return Objects.requireNonNull(time, "the store must be opened first");
  }

  private void checkOpen() {
    if (isClosed) {
      throw new OutboxException("the outbox's store is closed; nothing was stored", null, false);
    }
  }

  /** Collects the bounds of a store. Not thread-safe. */
  public static final class Builder {
    private int maxEntries = 100_000;
    private long maxBytes = 64L << 20;
    private int maxFailed = 10_000;
    private Overflow whenFull = Overflow.refuse();
    private @Nullable Time time;

    private Builder() {}

    /** Sets how many entries it holds at most, counted in each lane; 100,000 by default. */
    public Builder maxEntries(int entries) {
      maxEntries = (int) positive("maxEntries", entries);
      return this;
    }

    /**
     * Sets how many bytes its entries may take at most, as estimated from their text, counted in
     * each lane; 64 MiB by default.
     */
    public Builder maxBytes(long bytes) {
      maxBytes = positive("maxBytes", bytes);
      return this;
    }

    /**
     * Sets how many parked and rejected entries a lane keeps at most, within {@link #maxEntries};
     * 10,000 by default. Beyond that the oldest are forgotten, and counted as such.
     */
    public Builder maxFailed(int entries) {
      maxFailed = (int) positive("maxFailed", entries);
      return this;
    }

    /** Sets what happens to what is added when it is full; {@link Overflow#refuse()} by default. */
    public Builder whenFull(Overflow overflow) {
      whenFull = Objects.requireNonNull(overflow, "overflow must not be null");
      return this;
    }

    /** Sets the time, which is the outbox's own otherwise. */
    Builder time(Time time) {
      this.time = time;
      return this;
    }

    private static long positive(String field, long number) {
      if (number < 1) {
        throw new IllegalArgumentException(field + " must be positive, but is " + number);
      }
      return number;
    }

    /** The store. */
    public MemoryOutboxStore build() {
      return new MemoryOutboxStore(this);
    }
  }
}
