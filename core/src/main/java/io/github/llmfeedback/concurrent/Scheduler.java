package io.github.llmfeedback.concurrent;

import java.time.Duration;

/** Runs tasks later; tests use their own. */
public interface Scheduler {
  /** Runs {@code task} after {@code delay}, on a thread that it must not block. */
  Alarm schedule(Runnable task, Duration delay);

  /** A scheduled task. */
  interface Alarm {
    /** Cancels the task, unless it has begun. */
    void cancel();
  }
}
