package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets a JVM that exits wait for the asynchronous calls of a client. It closes and refuses nothing,
 * so what the application still sends gets through.
 *
 * <p>The JVM knows the hook only while calls are pending and for a second after the last: a hook
 * holds the class loader of its application.
 */
final class ExitHook {
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Duration limit;
  private final Time time;
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
   * @param whenLate hears how many calls are pending when the JVM waits no longer
   */
  ExitHook(boolean isWanted, Duration limit, Time time, IntConsumer whenLate) {
    this.off = !isWanted;
    this.limit = limit;
    this.time = time;
    this.whenLate = whenLate;
  }

  /** A call begins that nobody waits for. */
  void begin() {
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
      // The JVM is shutting down already: too late to ask it to wait.
    }
  }

  /** The caller heard of the end of such a call. */
  void end() {
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

  /** One alarm a second at most, however many calls there are. */
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
        return; // the last of them plans anew
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
  void close() {
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

  /** Whether the JVM knows the hook. */
  boolean isRegistered() {
    lock.lock();
    try {
      return hook != null;
    } finally {
      lock.unlock();
    }
  }

  /** What the JVM runs when it exits. */
  private void await() {
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
