package io.github.llmfeedback.concurrent;

import java.time.Duration;

/** Runs tasks later; tests bring their own. */
public interface Scheduler {
  /** Runs {@code task} after {@code delay}, on a thread that must not be held. */
  Alarm schedule(Runnable task, Duration delay);

  /** A task that has not run yet. */
  interface Alarm {
    /** Drops the task, unless it has begun. */
    void cancel();
  }
}
