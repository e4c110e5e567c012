package io.github.llmfeedback.spi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** How many calls may be on the wire at once; those beyond wait in a queue, not on a thread. */
final class Permits {
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<BooleanSupplier> waiting = new ArrayDeque<>();
  private int free;

  Permits(int permits) {
    free = permits;
  }

  /**
   * Runs {@code taker} as soon as a permit is free, now or on the thread that gives one back.
   *
   * @param taker answers whether it still wants the permit; if so, it must release it later
   */
  void acquire(BooleanSupplier taker) {
    lock.lock();
    try {
      if (free == 0) {
        waiting.add(taker);
        return;
      }
      free--;
    } finally {
      lock.unlock();
    }
    if (!taker.getAsBoolean()) {
      release();
    }
  }

  /** Gives a permit to the next that wants one. */
  void release() {
    while (true) { // a loop, not a recursion: thousands in the queue may want it no more
      BooleanSupplier next;
      lock.lock();
      try {
        next = waiting.poll();
        if (next == null) {
          free++;
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
