package io.github.llmfeedback.concurrent;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Does what nobody would do, or notice, if there were no memory for it at the moment. */
public final class Surely {
  private static final int MOST_TRIES = 1_000;
  private static final long WAIT = 10_000_000;

  private Surely() {}

  /** Takes a lock, in whose queue there may be no room. */
  public static void lock(ReentrantLock lock) {
    for (int tries = 1; true; tries++) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        rest(tries, e);
      }
    }
  }

  /** Runs a task that can begin again. */
  public static void run(Runnable task) {
    for (int tries = 1; true; tries++) {
      try {
        task.run();
        return;
      } catch (OutOfMemoryError e) {
        rest(tries, e);
      }
    }
  }

  private static void rest(int tries, OutOfMemoryError e) {
    if (tries == MOST_TRIES) {
      throw e;
    }
    LockSupport.parkNanos(WAIT);
  }
}
