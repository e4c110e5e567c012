package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks at the threads that are blocked on a socket, which an interrupt does not wake: every {@link
 * #INTERVAL} while there are any. Thread-safe.
 */
public final class InterruptWatch {
  /** An interrupt must end a wait within 50 ms; half of that is left for ending it. */
  private static final Duration INTERVAL = Duration.ofMillis(25);

  private final Scheduler timer;
  private final Executor executor;
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isScheduled = new AtomicBoolean();

  /**
   * A watch of nothing.
   *
   * @param timer runs {@link #look}, which does not block
   * @param executor calls {@link Watched#interrupted}
   */
  InterruptWatch(Scheduler timer, Executor executor) {
    this.timer = timer;
    this.executor = executor;
  }

  /** A thread that may be blocked, compared by identity. */
  public interface Watched {
    /** The thread. */
    Thread thread();

    /** Ends what the thread waits for. Called at most once after each {@link #begin}. */
    void interrupted();
  }

  /** Watches a thread, until {@link #end}. */
  public void begin(Watched blocked) {
    watched.add(blocked);
    schedule();
  }

  /** Watches a thread no longer. */
  public void end(Watched blocked) {
    watched.remove(blocked);
  }

  private void schedule() {
    if (!isScheduled.get() && isScheduled.compareAndSet(false, true)) {
      timer.schedule(this::look, INTERVAL);
    }
  }

  private void look() {
    isScheduled.set(false);
    for (Watched each : watched) {
      if (each.thread().isInterrupted() && watched.remove(each)) {
        executor.execute(each::interrupted);
      }
    }
    if (!watched.isEmpty()) {
      schedule();
    }
  }
}
