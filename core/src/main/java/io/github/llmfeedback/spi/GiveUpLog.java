package io.github.llmfeedback.spi;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/** Warns of calls that were given up: at most one line a second, then how many more there were. */
final class GiveUpLog {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Time time;
  private final BiConsumer<String, Object> warn;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean hasWarned;
  private long lastWarned;
  private long more;

  /**
   * A log of nothing yet.
   *
   * @param warn writes a line: a format and its argument
   */
  GiveUpLog(Time time, BiConsumer<String, Object> warn) {
    this.time = time;
    this.warn = warn;
  }

  void gaveUp(String message) {
    lock.lock();
    try {
      if (hasWarned && time.nanoTime() - lastWarned < SECOND.toNanos()) {
        more++;
        if (more == 1) {
          time.schedule(this::count, SECOND.minusNanos(time.nanoTime() - lastWarned));
        }
        return;
      }
      warned();
    } finally {
      lock.unlock();
    }
    warn.accept("gave up: {}", message);
  }

  /** Says how many there were since the last line, if any. */
  void count() {
    long counted;
    lock.lock();
    try {
      counted = more;
      more = 0;
      if (counted == 0) {
        return;
      }
      warned();
    } finally {
      lock.unlock();
    }
    warn.accept("gave up on {} more calls within a second of the last line", counted);
  }

  private void warned() {
    hasWarned = true;
    lastWarned = time.nanoTime();
  }
}
