package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A shutdown hook that waits for what is asynchronous in a client or an outbox. It closes and
 * refuses nothing, so calls that the application makes during shutdown still get through.
 *
 * <p>The hook is registered only while calls are pending and for a second after the last: a
 * registered hook keeps the class loader of its application in memory.
 */
public final class ExitHook {
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Duration limit;
  private final Time time;
  private final Runnable whenExiting;
  private final IntConsumer whenLate;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int pending;
  private long idleSince;
  private boolean off;
  private boolean isRemovalPlanned;
  private @Nullable Thread hook;

  /**
   * A hook that is not registered yet.
   *
   * @param whenExiting is called before the hook waits
   * @param whenLate is called with the number of calls that are pending when the hook gives up
   */
  public ExitHook(
      boolean isWanted, Duration limit, Time time, Runnable whenExiting, IntConsumer whenLate) {
    this.off = !isWanted;
    this.limit = limit;
    this.time = time;
    this.whenExiting = whenExiting;
    this.whenLate = whenLate;
  }

  /** An asynchronous call begins. */
  public void begin() {
    lock.lock();
    try {
      pending++;
      if (hook == null && !off) {
        register();
      }
    } finally {
      lock.unlock();
    }
  }

  private void register() {
    Thread thread = new Thread(this::await, "llm-feedback-exit");
    thread.setContextClassLoader(null);
    try {
      Runtime.getRuntime().addShutdownHook(thread);
      hook = thread;
    } catch (IllegalStateException e) {
      // The JVM is already shutting down: too late to register.
    }
  }

  /** The future of such a call has completed. */
  public void end() {
    lock.lock();
    try {
      pending--;
      if (pending == 0) {
        idleSince = time.nanoTime();
        idle.signalAll();
        planRemoval(LINGER);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Schedules at most one alarm a second, however many calls there are. */
  private void planRemoval(Duration wait) {
    if (hook != null && !isRemovalPlanned) {
      isRemovalPlanned = true;
      time.schedule(this::removeIfIdle, wait);
    }
  }

  private void removeIfIdle() {
    lock.lock();
    try {
      isRemovalPlanned = false;
      if (pending > 0) {
        return; // the last of them schedules it again
      }
      Duration rest = LINGER.minusNanos(time.nanoTime() - idleSince);
      if (rest.isNegative() || rest.isZero()) {
        remove();
      } else {
        planRemoval(rest);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes the hook for good. */
  public void close() {
    lock.lock();
    try {
      off = true;
      remove();
    } finally {
      lock.unlock();
    }
  }

  private void remove() {
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is shutting down: the hook runs, and ends by itself.
      }
      hook = null;
    }
  }

  /** Whether the hook is registered. */
  public boolean isRegistered() {
    lock.lock();
    try {
      return hook != null;
    } finally {
      lock.unlock();
    }
  }

  /** How many asynchronous calls are pending. */
  public int pending() {
    lock.lock();
    try {
      return pending;
    } finally {
      lock.unlock();
    }
  }

  /** What the JVM runs when it exits. */
  private void await() {
    whenExiting.run();
    int left;
    lock.lock();
    try {
      long rest = limit.toNanos();
      while (pending > 0 && rest > 0) {
        rest = idle.awaitNanos(rest);
      }
      left = pending;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } finally {
      lock.unlock();
    }
    if (left > 0) {
      whenLate.accept(left);
    }
  }
}
