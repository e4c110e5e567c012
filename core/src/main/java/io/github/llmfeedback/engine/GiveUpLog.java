package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Warns of calls that were given up: at most one line a second, and then how many more. */
final class GiveUpLog {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Time time;
  private final BiConsumer<String, Object> warn;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Long lastWarned;
  private long more;
  private boolean isCountPlanned;

  /**
   * An empty log.
   *
   * @param warn writes a line: a format and its argument
   */
  GiveUpLog(Time time, BiConsumer<String, Object> warn) {
    this.time = time;
    this.warn = warn;
  }

  void gaveUp(String message) {
    long uncounted;
    lock.lock();
    try {
      Duration rest = restOfSecond();
      if (rest.toNanos() > 0) {
        more++;
        planCount(rest);
        return;
      }
      uncounted = more; // the timer is late, or was shut down with the last client
      more = 0;
      lastWarned = time.nanoTime();
    } finally {
      lock.unlock();
    }
    if (uncounted > 0) {
      warnOfMore(uncounted + 1); // one line for both
    } else {
      warn.accept("gave up: {}", message);
    }
  }

  private Duration restOfSecond() {
    return lastWarned == null ? Duration.ZERO : SECOND.minusNanos(time.nanoTime() - lastWarned);
  }

  private void planCount(Duration wait) {
    if (!isCountPlanned) {
      isCountPlanned = true;
      time.schedule(this::count, wait);
    }
  }

  /** Logs how many there were since the last line, if any, once the second is over. */
  private void count() {
    lock.lock();
    try {
      isCountPlanned = false;
      Duration rest = restOfSecond();
      if (more > 0 && rest.toNanos() > 0) {
        planCount(rest); // a line was written after this was scheduled
        return;
      }
    } finally {
      lock.unlock();
    }
    countNow();
  }

  /** Logs how many there were since the last line, if any. */
  void countNow() {
    long counted;
    lock.lock();
    try {
      counted = more;
      more = 0;
      if (counted == 0) {
        return;
      }
      lastWarned = time.nanoTime();
    } finally {
      lock.unlock();
    }
    warnOfMore(counted);
  }

  private void warnOfMore(long counted) {
    warn.accept("gave up on {} more calls since the last line", counted);
  }
}
