package io.github.llmfeedback.concurrent;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How many calls may be on the wire at once; those beyond wait in a queue, not on a thread. */
public final class AsyncSemaphore {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BooleanSupplier> waiting = new LinkedHashSet<>();
  private final SerialLoop pump = new SerialLoop(this::handOut);
  private int free;

  public AsyncSemaphore(int permits) {
    free = permits;
  }

  /**
   * Runs {@code taker} as soon as a permit is free, here or on the thread that gives one back.
   *
   * @param taker answers whether it still wants the permit; if so, it must release it later
   */
  public void acquire(BooleanSupplier taker) {
    Surely.lock(lock);
    try {
      waiting.add(taker);
    } finally {
      lock.unlock();
    }
    pump.ask();
  }

  /** Lets go of one that waits no longer: permits can be stuck for long, and many calls end. */
  public void forget(BooleanSupplier taker) {
    Surely.lock(lock);
    try {
      waiting.remove(taker);
    } finally {
      lock.unlock();
    }
  }

  /** How many wait. */
  public int waiting() {
    Surely.lock(lock);
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Gives a permit back. */
  public void release() {
    Surely.lock(lock);
    try {
      free++;
    } finally {
      lock.unlock();
    }
    pump.ask();
  }

  private void handOut() {
    BooleanSupplier taker;
    while ((taker = next()) != null) {
      if (!taker.getAsBoolean()) {
        Surely.lock(lock);
        try {
          free++;
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private @Nullable BooleanSupplier next() {
    Surely.lock(lock);
    try {
      if (free == 0 || waiting.isEmpty()) {
        return null;
      }
      Iterator<BooleanSupplier> queue = waiting.iterator();
      BooleanSupplier first = queue.next();
      queue.remove();
      free--;
      return first;
    } finally {
      lock.unlock();
    }
  }
}
