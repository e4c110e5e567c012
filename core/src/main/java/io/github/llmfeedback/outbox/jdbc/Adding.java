package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxFullException;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Adds entries. Thread-safe. */
final class Adding {
  /** Others may make room in the database without telling. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Transactions transactions;
  private final Dialect dialect;
  private final @Nullable Room room;
  private final Duration wait;
  private final Clock clock;
  private final GroupCommit commits = new GroupCommit(this::commit);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  /** How often somebody may have made room; guarded by the lock. */
  private long looks;

  /**
   * The way to add to a store.
   *
   * @param room null if it is not bounded
   * @param wait how long a caller waits for room
   */
  Adding(Transactions transactions, @Nullable Room room, Duration wait, Clock clock) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    this.room = room;
    this.wait = wait;
    this.clock = clock;
  }

  List<Change> add(Set<String> lanes, List<NewEntry> entries) {
    if (lanes.isEmpty() || entries.isEmpty()) {
      return List.of();
    }
    List<Rows.Added> added = entries.stream().map(Rows.Added::of).toList();
    long begin = clock.nanoTime();
    while (true) {
      Addition addition = new Addition(lanes, added);
      try {
        commits.add(addition);
        return addition.dropped;
      } catch (OutboxFullException e) {
        if (clock.nanoTime() - begin >= wait.toNanos()) {
          throw e;
        }
      }
      awaitRoom();
    }
  }

  private void awaitRoom() {
    lock.lock();
    try {
      long seen = looks;
      long left = LOOK_AGAIN_NANOS;
      while (left > 0 && looks == seen) {
        left = freed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutboxException(
          "interrupted while waiting for room in the outbox; nothing was stored", null, false);
    } finally {
      lock.unlock();
    }
  }

  /** Lets callers that wait for room look again. */
  void look() {
    lock.lock();
    try {
      looks++;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Adds entries in a transaction of the caller's. */
  void addWithin(Connection connection, Set<String> lanes, List<NewEntry> entries) {
    Addition addition = new Addition(lanes, entries.stream().map(Rows.Added::of).toList());
    transactions.within(
        connection,
        session -> {
          if (room != null && room.left(session) < Room.bytes(addition)) {
            room.make(session, Room.bytes(addition), false);
          }
          return insert(session, List.of(addition), false);
        });
  }

  private void commit(List<Addition> additions) {
    if (room != null) {
      transactions.add(
          session -> {
            insert(session, additions, room);
            return true;
          });
      return;
    }
    Set<String> lanes = additions.get(0).lanes;
    if (additions.stream().allMatch(each -> each.lanes.equals(lanes))) {
      transactions.addByOneStatement((session, isAgain) -> insert(session, additions, isAgain));
    } else {
      transactions.add(session -> insert(session, additions, false));
    }
  }

  /** Adds those for which there is room; the others get an error. */
  private void insert(Session session, List<Addition> additions, Room room) throws SQLException {
    List<Addition> fitting = new ArrayList<>();
    long left = room.estimate(session, additions);
    for (Addition addition : additions) {
      long bytes = Room.bytes(addition);
      addition.error = null;
      addition.dropped = List.of();
      try {
        if (left < bytes) {
          insert(session, fitting, false);
          fitting.clear();
          addition.dropped = room.make(session, bytes, true);
          left = room.left(session);
        }
        left -= bytes;
        fitting.add(addition);
      } catch (OutboxFullException e) {
        addition.error = e;
      }
    }
    insert(session, fitting, false);
  }

  /** Adds additions to the same lanes by one statement. */
  private boolean insert(Session session, List<Addition> additions, boolean isAgain)
      throws SQLException {
    List<Rows.Added> entries = new ArrayList<>();
    for (int i = 0; i < additions.size(); i++) {
      Addition addition = additions.get(i);
      entries.addAll(addition.entries);
      if (i + 1 == additions.size() || !additions.get(i + 1).lanes.equals(addition.lanes)) {
        dialect.insert(session, addition.lanes, entries, isAgain);
        entries.clear();
      }
    }
    return true;
  }
}
