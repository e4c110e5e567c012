package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks at the callers that may be blocked on a socket, which no interrupt wakes: every {@link
 * #INTERVAL} while there are any. Thread-safe.
 */
public final class BlockedThreads {
  /** An interrupt must end a wait within 50 ms; half of that is left for ending it. */
  static final Duration INTERVAL = Duration.ofMillis(25);

  private final Scheduler timer;
  private final Executor executor;
  private final Set<Blocked> blocked = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isScheduled = new AtomicBoolean();

  /**
   * Looks at no thread yet.
   *
   * @param timer calls {@link Blocked#needsHelp}
   * @param executor calls {@link Blocked#help}
   */
  BlockedThreads(Scheduler timer, Executor executor) {
    this.timer = timer;
    this.executor = executor;
  }

  /** What a thread may be blocked in, compared by identity. */
  public interface Blocked {
    /** Whether something must be done for it now; asked on the timer's thread alone. */
    boolean needsHelp();

    /** Ends what the thread is blocked in, or does nothing if that has ended. */
    void help();
  }

  /** Looks at a thread from now on, until {@link #end}. */
  public void begin(Blocked thread) {
    blocked.add(thread);
    schedule();
  }

  /** Looks at a thread no longer. */
  public void end(Blocked thread) {
    blocked.remove(thread);
  }

  private void schedule() {
    if (!isScheduled.get() && isScheduled.compareAndSet(false, true)) {
      timer.schedule(() -> OutOfMemoryRetry.run(this::look), INTERVAL);
    }
  }

  private void look() {
    isScheduled.set(false);
    for (Blocked each : blocked) {
      if (each.needsHelp()) {
        executor.execute(each::help);
      }
    }
    if (!blocked.isEmpty()) {
      schedule();
    }
  }
}
