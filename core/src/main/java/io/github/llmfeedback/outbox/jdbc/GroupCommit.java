package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Has callers that add at the same time share a transaction: whoever finds nobody at work commits
 * what all have queued. If the database refuses that for some of the rows, each gets a transaction
 * of its own, so that nobody suffers for the rows of another. Thread-safe.
 */
final class GroupCommit {
  /** In one transaction, unless a single caller adds more. */
  private static final int MAX_ROWS = 5_000;

  private final Consumer<List<Addition>> commit;
  private final ReentrantLock lock = new ReentrantLock();

  /** From here on guarded by the lock. */
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  private boolean isCommitting;

  /**
   * The way to commit additions.
   *
   * @param commit stores additions in one transaction, in order, but for those that it gives an
   *     error; or throws, and stores nothing
   */
  GroupCommit(Consumer<List<Addition>> commit) {
    this.commit = commit;
  }

  /** An addition, and where its caller waits. */
  private static final class Waiting {
    final Addition addition;
    final Condition turn;
    boolean isDone;

    /** Whether its commit came to an end, if only by an exception that its addition has now. */
    boolean isDecided;

    Waiting(Addition addition, Condition turn) {
      this.addition = addition;
      this.turn = turn;
    }
  }

  /** Stores an addition, or throws. An interrupt is put off until then. */
  void add(Addition addition) {
    Waiting mine = new Waiting(addition, lock.newCondition());
    boolean isLeader;
    lock.lock();
    try {
      queue.add(mine);
      while (isCommitting && !mine.isDone) {
        mine.turn.awaitUninterruptibly();
      }
      isLeader = !mine.isDone;
      isCommitting |= isLeader;
    } finally {
      lock.unlock();
    }
    if (isLeader) {
      lead(mine);
    }
    if (addition.error != null) {
      throw addition.error;
    }
    if (!mine.isDecided) {
      throw new OutboxException(
          "the outbox failed to store, and it is not known how far it came: the thread that was to"
              + " store this together with its own died",
          null,
          true);
    }
  }

  /** How many callers wait for another's commit to end. */
  int waiting() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Commits group after group until this one is stored. */
  private void lead(Waiting mine) {
    List<Waiting> taken = new ArrayList<>();
    try {
      while (!mine.isDecided) {
        List<Waiting> group = next(taken);
        commit(group.stream().map(each -> each.addition).toList());
        group.forEach(each -> each.isDecided = true);
      }
    } finally {
      pass(taken);
    }
  }

  /** Takes a group from the queue; whatever happens then, none of it is forgotten. */
  private List<Waiting> next(List<Waiting> taken) {
    lock.lock();
    try {
      List<Waiting> group = new ArrayList<>();
      int rows = 0;
      while (!queue.isEmpty()
          && (group.isEmpty() || rows + queue.element().addition.rows() <= MAX_ROWS)) {
        Waiting next = queue.element();
        rows += next.addition.rows();
        group.add(next);
        taken.add(next);
        queue.remove();
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the next that commits, and then those that are done. */
  private void pass(List<Waiting> done) {
    lock.lock();
    try {
      isCommitting = false;
      if (!queue.isEmpty()) {
        queue.element().turn.signal();
      }
      for (Waiting each : done) {
        each.isDone = true;
        each.turn.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<Addition> group) {
    try {
      commit.accept(group);
    } catch (RefusedException e) {
      if (group.size() == 1) {
        group.get(0).error = e;
      } else {
        group.forEach(each -> commit(List.of(each)));
      }
    } catch (OutboxException e) {
      for (Addition each : group) { // one for each thread: an exception is not shared well
        each.error =
            new OutboxException(String.valueOf(e.getMessage()), e.getCause(), e.mayBeStored());
      }
    } catch (RuntimeException | Error e) {
      for (Addition each : group) {
        each.error =
            new OutboxException("the outbox failed to store: " + e.getClass().getName(), e, true);
      }
    }
  }
}
