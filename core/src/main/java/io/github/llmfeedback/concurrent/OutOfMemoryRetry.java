package io.github.llmfeedback.concurrent;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Retries on {@link OutOfMemoryError} what must not be skipped: 1000 attempts, 10 ms apart, after
 * which the error is thrown.
 */
public final class OutOfMemoryRetry {
  private static final int MAX_ATTEMPTS = 1_000;
  private static final long WAIT_NANOS = 10_000_000;

  private OutOfMemoryRetry() {}

  /** Takes a lock, which allocates if the thread has to queue for it. */
  public static void lock(ReentrantLock lock) {
    for (int attempts = 1; true; attempts++) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        waitOrThrow(attempts, e);
      }
    }
  }

  /** Runs a task that can safely be run again from the start. */
  public static void run(Runnable task) {
    for (int attempts = 1; true; attempts++) {
      try {
        task.run();
        return;
      } catch (OutOfMemoryError e) {
        waitOrThrow(attempts, e);
      }
    }
  }

  private static void waitOrThrow(int attempts, OutOfMemoryError e) {
    if (attempts == MAX_ATTEMPTS) {
      throw e;
    }
    LockSupport.parkNanos(WAIT_NANOS);
  }
}
