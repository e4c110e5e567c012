package io.github.llmfeedback.concurrent;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on the threads of a pool. The first task that a running one submits follows it on the
 * same thread, which costs less than waking another. So a task submits others only at its end, and
 * does not block afterwards. Thread-safe.
 */
final class SuccessiveTasks implements Executor {
  private final Executor pool;

  /** Runs tasks in a pool whose threads are {@link Worker}s. */
  SuccessiveTasks(Executor pool) {
    this.pool = pool;
  }

  @Override
  public void execute(Runnable task) {
    if (Thread.currentThread() instanceof Worker here && here.isRunning && here.next == null) {
      here.next = task;
    } else {
      pool.execute(() -> runFrom(task));
    }
  }

  private static void runFrom(Runnable first) {
    Worker here = (Worker) Thread.currentThread();
    Runnable task = first;
    @Nullable Throwable failure = null;
    here.isRunning = true;
    while (task != null) {
      try {
        task.run();
      } catch (RuntimeException
          | Error e) { // no memory, most likely; the next must run all the same
        failure = e;
      }
      task = here.next;
      here.next = null;
    }
    here.isRunning = false;
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException bug) {
      throw bug;
    }
  }

  /** A thread that may have a task to run next. */
  static final class Worker extends Thread {
    private boolean isRunning;
    private @Nullable Runnable next;

    Worker(Runnable task, String name) {
      super(null, task, name, 0, false); // without the caller's inheritable thread locals
    }
  }
}
