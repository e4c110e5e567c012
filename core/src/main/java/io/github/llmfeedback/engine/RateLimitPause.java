package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The time until which a busy provider asked a client to wait; all its calls respect it, up to a
 * bound. If the provider asked for longer, one call at a time is sent after the bound, until a
 * response shows that the provider is available again.
 */
final class RateLimitPause {
  /** How often the other calls check again while one call probes. */
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);

  private final Time time;
  private final Duration longest;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Until until;
  private @Nullable Object probing;
  private long probeEnds;

  /**
   * A client's pause, which has not begun.
   *
   * @param longest how long one may last, whatever the provider asks for
   */
  RateLimitPause(Time time, Duration longest) {
    this.time = time;
    this.longest = longest;
  }

  /** Pauses for {@code wait} from now, within the bound, unless a longer pause is under way. */
  void begin(int status, Duration wait) {
    Duration bounded = atMost(wait);
    long end = time.nanoTime() + bounded.toNanos();
    Until next = new Until(status, end, !bounded.equals(wait));
    lock.lock();
    try {
      Until current = until;
      if (current == null || end - current.end > 0) {
        until = next;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The wait, but no longer than a pause may last. */
  Duration atMost(Duration wait) {
    return wait.compareTo(longest) > 0 ? longest : wait;
  }

  /** What is left of the pause; zero or less if there is none. */
  Duration left() {
    Until current = until;
    return current == null ? Duration.ZERO : Duration.ofNanos(current.end - time.nanoTime());
  }

  /**
   * How long a call must wait before it may be sent; zero if it may be now.
   *
   * @param call the call, which may become the one that probes the provider
   * @param lease how long it may probe before another call does
   */
  Duration before(Object call, Duration lease) {
    Until current = until;
    if (current == null) {
      return Duration.ZERO;
    }
    long now = time.nanoTime();
    if (current.end - now > 0) {
      return Duration.ofNanos(current.end - now);
    } else if (!current.isCut) {
      return Duration.ZERO;
    }
    lock.lock();
    try {
      if (probing == null || probeEnds - now <= 0) {
        probing = call;
        probeEnds = now + lease.toNanos();
      }
      return probing == call ? Duration.ZERO : CHECK_INTERVAL;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that an attempt is over.
   *
   * @param isBack whether the provider responded, and did not ask to wait
   */
  void ended(Object call, boolean isBack) {
    if (until == null) {
      return;
    }
    lock.lock();
    try {
      if (probing == call) {
        probing = null;
        Until current = until;
        if (isBack && current != null && current.end - time.nanoTime() <= 0) {
          until = null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The status that began the pause. */
  int status() {
    Until current = until;
    return current == null ? 0 : current.status;
  }

  /**
   * When a pause ends.
   *
   * @param isCut whether the provider asked for longer
   */
  private record Until(int status, long end, boolean isCut) {}
}
