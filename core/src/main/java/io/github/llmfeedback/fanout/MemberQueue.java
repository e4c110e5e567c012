package io.github.llmfeedback.fanout;

import io.github.llmfeedback.Target;
import io.github.llmfeedback.concurrent.SharedThreads;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Begins the calls of a client that may block on daemon threads, so that neither the caller nor
 * another client waits for it. Calls about the same target begin one after the other, in the order
 * in which they were added, because a person's last click must stay the last. Thread-safe.
 */
final class MemberQueue {
  /** How many threads a client that blocks for ever holds at most. */
  private static final int MAX_THREADS = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final Set<Start> waiting = new LinkedHashSet<>();
  private final Set<Target> beginning = new HashSet<>();
  private int workers;

  void add(Start start, SharedThreads threads) {
    boolean another;
    lock.lock();
    try {
      waiting.add(start);
      another = workers < MAX_THREADS;
      workers += another ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (another) {
      threads.run(this::work);
    }
  }

  /** Removes a call that has not begun, which then never begins. */
  void remove(Start start) {
    lock.lock();
    try {
      waiting.remove(start);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every call has begun; returns whether that was in time. */
  boolean awaitIdle(Duration time) throws InterruptedException {
    long left = time.toNanos();
    lock.lock();
    try {
      while (workers > 0 && left > 0) {
        left = idle.awaitNanos(left);
      }
      return workers == 0;
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    Start next = null;
    while ((next = next(next)) != null) {
      next.run();
      var unused =
          Thread
              .interrupted(); // an interrupt that the client left set must not reach the next call
    }
  }

  /** The first call that need not wait for another; null if there is none: the thread ends. */
  private @Nullable Start next(@Nullable Start done) {
    lock.lock();
    try {
      if (done != null) {
        beginning.removeAll(done.targets);
      }
      Set<Target> taken = new HashSet<>(beginning);
      for (Iterator<Start> each = waiting.iterator(); each.hasNext(); ) {
        Start start = each.next();
        if (Collections.disjoint(taken, start.targets)) {
          each.remove();
          beginning.addAll(start.targets);
          return start;
        }
        taken.addAll(start.targets);
      }
      workers--;
      if (workers == 0) {
        idle.signalAll();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** The beginning of a call, which throws nothing; compared by identity. */
  static final class Start {
    private final Set<Target> targets;
    private final Runnable task;

    Start(Set<Target> targets, Runnable task) {
      this.targets = targets;
      this.task = task;
    }

    void run() {
      task.run();
    }
  }
}
