package io.github.llmfeedback.spi;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Keeps calls with the same key in order, one at a time, and a stated time apart. */
final class Lanes {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Deque<BooleanSupplier>> lanes = new HashMap<>();
  private final Time time;

  Lanes(Time time) {
    this.time = time;
  }

  /**
   * Runs {@code taker} as soon as the lane is free, now or later.
   *
   * @param taker answers whether it still wants the lane; if so, it must leave it later
   */
  void enter(String key, BooleanSupplier taker) {
    lock.lock();
    try {
      Deque<BooleanSupplier> waiting = lanes.get(key);
      if (waiting != null) {
        waiting.add(taker);
        return;
      }
      lanes.put(key, new ArrayDeque<>());
    } finally {
      lock.unlock();
    }
    if (!taker.getAsBoolean()) {
      free(key);
    }
  }

  /** Gives the lane to the next, after {@code apart}. */
  void leave(String key, Duration apart) {
    time.schedule(() -> free(key), apart);
  }

  private void free(String key) {
    while (true) {
      BooleanSupplier next;
      lock.lock();
      try {
        Deque<BooleanSupplier> waiting = lanes.get(key);
        next = waiting == null ? null : waiting.poll();
        if (next == null) {
          lanes.remove(key);
          return;
        }
      } finally {
        lock.unlock();
      }
      if (next.getAsBoolean()) {
        return;
      }
    }
  }
}
