package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Keeps calls with the same key in order, one at a time, and a stated time apart. */
public final class KeyedQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Set<BooleanSupplier>> lanes = new HashMap<>();
  private final Time time;

  public KeyedQueue(Time time) {
    this.time = time;
  }

  /**
   * Runs {@code taker} as soon as the lane is free, now or later.
   *
   * @param taker answers whether it still wants the lane; if so, it must leave it later
   */
  public void enter(String key, BooleanSupplier taker) {
    lock.lock();
    try {
      Set<BooleanSupplier> waiting = lanes.get(key);
      if (waiting != null) {
        waiting.add(taker);
        return;
      }
      lanes.put(key, new LinkedHashSet<>());
    } finally {
      lock.unlock();
    }
    if (!taker.getAsBoolean()) {
      free(key);
    }
  }

  /** Lets go of one that waits no longer. */
  public void forget(String key, BooleanSupplier taker) {
    lock.lock();
    try {
      Set<BooleanSupplier> waiting = lanes.get(key);
      if (waiting != null) {
        waiting.remove(taker);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives the lane to the next, after {@code apart}. */
  public void leave(String key, Duration apart) {
    try {
      time.schedule(() -> free(key), apart);
    } catch (RuntimeException | Error e) { // no memory: better too soon than never
      free(key);
    }
  }

  private void free(String key) {
    while (true) {
      BooleanSupplier next;
      lock.lock();
      try {
        Set<BooleanSupplier> waiting = lanes.get(key);
        if (waiting == null || waiting.isEmpty()) {
          lanes.remove(key);
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
