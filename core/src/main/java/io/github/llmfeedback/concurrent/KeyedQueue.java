package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Runs calls with the same key in order, one at a time, with a minimum time between them. */
public final class KeyedQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Set<BooleanSupplier>> queues = new HashMap<>();
  private final Time time;

  public KeyedQueue(Time time) {
    this.time = time;
  }

  /**
   * Runs {@code taker} as soon as no other call holds the key, now or later.
   *
   * @param taker returns whether it still wants the key; if so, it must {@link #leave} it later
   */
  public void enter(String key, BooleanSupplier taker) {
    lock.lock();
    try {
      Set<BooleanSupplier> waiting = queues.get(key);
      if (waiting != null) {
        waiting.add(taker);
        return;
      }
      queues.put(key, new LinkedHashSet<>());
    } finally {
      lock.unlock();
    }
    if (!taker.getAsBoolean()) {
      free(key);
    }
  }

  /** Removes a taker that no longer waits. */
  public void forget(String key, BooleanSupplier taker) {
    lock.lock();
    try {
      Set<BooleanSupplier> waiting = queues.get(key);
      if (waiting != null) {
        waiting.remove(taker);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Passes the key on to the next taker, after {@code spacing}. */
  public void leave(String key, Duration spacing) {
    try {
      time.schedule(() -> free(key), spacing);
    } catch (RuntimeException | Error e) { // out of memory: better too soon than never
      free(key);
    }
  }

  private void free(String key) {
    while (true) {
      BooleanSupplier next;
      lock.lock();
      try {
        Set<BooleanSupplier> waiting = queues.get(key);
        if (waiting == null || waiting.isEmpty()) {
          queues.remove(key);
          return;
        }
        Iterator<BooleanSupplier> queue = waiting.iterator();
        next = queue.next();
        queue.remove();
      } finally {
        lock.unlock();
      }
      if (next.getAsBoolean()) {
        return;
      }
    }
  }
}
