package io.github.llmfeedback.concurrent;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Bounds how many calls are on the wire at once; the others wait in a queue, not on a thread. */
public final class AsyncSemaphore {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<BooleanSupplier> waiting = new LinkedHashSet<>();
  private final SerialLoop loop = new SerialLoop(this::handOut);

  /** How many are in {@link #waiting}. */
  private final AtomicInteger queued = new AtomicInteger();

  private final AtomicInteger free;

  public AsyncSemaphore(int permits) {
    free = new AtomicInteger(permits);
  }

  /**
   * Runs {@code taker} as soon as a permit is free, here or on the thread that gives one back.
   *
   * @param taker returns whether it still wants the permit; if so, it must release it later
   */
  public void acquire(BooleanSupplier taker) {
    if (queued.get() == 0 && take()) { // no lock: usually nobody waits
      if (!taker.getAsBoolean()) {
        release();
      }
      return;
    }
    OutOfMemoryRetry.lock(lock);
    try {
      if (waiting.add(taker)) {
        queued.incrementAndGet();
      }
    } finally {
      lock.unlock();
    }
    loop.trigger();
  }

  /** Removes a taker that no longer waits: permits can be held for long, and many calls end. */
  public void forget(BooleanSupplier taker) {
    OutOfMemoryRetry.lock(lock);
    try {
      if (waiting.remove(taker)) {
        queued.decrementAndGet();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many takers wait. */
  public int waiting() {
    return queued.get();
  }

  /** Returns a permit. */
  public void release() {
    free.incrementAndGet();
    if (queued.get() > 0) {
      loop.trigger();
    }
  }

  /** Takes a permit, if one is free. */
  private boolean take() {
    int now;
    do {
      now = free.get();
    } while (now > 0 && !free.compareAndSet(now, now - 1));
    return now > 0;
  }

  private void handOut() {
    BooleanSupplier taker;
    while ((taker = next()) != null) {
      if (!taker.getAsBoolean()) {
        free.incrementAndGet();
      }
    }
  }

  private @Nullable BooleanSupplier next() {
    OutOfMemoryRetry.lock(lock);
    try {
      if (waiting.isEmpty() || !take()) {
        return null;
      }
      Iterator<BooleanSupplier> queue = waiting.iterator();
      BooleanSupplier first = queue.next();
      queue.remove();
      queued.decrementAndGet();
      return first;
    } finally {
      lock.unlock();
    }
  }
}
