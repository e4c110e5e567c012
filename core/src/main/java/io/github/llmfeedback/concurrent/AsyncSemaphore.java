package io.github.llmfeedback.concurrent;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Bounds how many calls are on the wire at once; the others wait in a queue, not on a thread. */
public final class AsyncSemaphore {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BooleanSupplier> waiting = new LinkedHashSet<>();
  private final SerialLoop loop = new SerialLoop(this::handOut);
  private int free;

  public AsyncSemaphore(int permits) {
    free = permits;
  }

  /**
   * Runs {@code taker} as soon as a permit is free, here or on the thread that gives one back.
   *
   * @param taker returns whether it still wants the permit; if so, it must release it later
   */
  public void acquire(BooleanSupplier taker) {
    boolean isNext = false;
    OutOfMemoryRetry.lock(lock);
    try {
      if (free > 0 && waiting.isEmpty()) {
        free--;
        isNext = true;
      } else {
        waiting.add(taker);
      }
    } finally {
      lock.unlock();
    }
    if (!isNext) {
      loop.trigger();
    } else if (!taker.getAsBoolean()) {
      release();
    }
  }

  /** Removes a taker that no longer waits: permits can be held for long, and many calls end. */
  public void forget(BooleanSupplier taker) {
    OutOfMemoryRetry.lock(lock);
    try {
      waiting.remove(taker);
    } finally {
      lock.unlock();
    }
  }

  /** How many takers wait. */
  public int waiting() {
    OutOfMemoryRetry.lock(lock);
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Returns a permit. */
  public void release() {
    OutOfMemoryRetry.lock(lock);
    try {
      free++;
    } finally {
      lock.unlock();
    }
    loop.trigger();
  }

  private void handOut() {
    BooleanSupplier taker;
    while ((taker = next()) != null) {
      if (!taker.getAsBoolean()) {
        OutOfMemoryRetry.lock(lock);
        try {
          free++;
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private @Nullable BooleanSupplier next() {
    OutOfMemoryRetry.lock(lock);
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
