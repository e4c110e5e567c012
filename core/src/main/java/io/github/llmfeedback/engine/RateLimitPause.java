package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The time until which a busy provider asked a client to wait; all its calls respect it, up to a
 * bound. A provider that asked for more is then asked by one call at a time whether it is back.
 */
final class RateLimitPause {
  /** How soon the others look again while one call asks. */
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Time time;
  private final Duration longest;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Until until;
  private @Nullable Object asking;
  private long askingEnds;

  /**
   * A client's pause, which has not begun.
   *
   * @param longest how long one may last, whatever the provider asks for
   */
  RateLimitPause(Time time, Duration longest) {
    this.time = time;
    this.longest = longest;
  }

  /** Pauses for {@code wait} from now, within the bound, unless a longer pause stands. */
  void begin(int status, Duration wait) {
    Duration bounded = atMost(wait);
    long end = time.nanoTime() + bounded.toNanos();
    Until next = new Until(status, end, !bounded.equals(wait));
    lock.lock();
    try {
      Until standing = until;
      if (standing == null || end - standing.end > 0) {
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
    Until standing = until;
    return standing == null ? Duration.ZERO : Duration.ofNanos(standing.end - time.nanoTime());
  }

  /**
   * How long a call must wait before it may be sent; zero if it may be now.
   *
   * @param call who asks, and may be the one that finds out whether the provider is back
   * @param lease how long it may take to find out
   */
  Duration before(Object call, Duration lease) {
    Until standing = until;
    if (standing == null) {
      return Duration.ZERO;
    }
    long now = time.nanoTime();
    if (standing.end - now > 0) {
      return Duration.ofNanos(standing.end - now);
    } else if (!standing.isCut) {
      return Duration.ZERO;
    }
    lock.lock();
    try {
      if (asking == null || askingEnds - now <= 0) {
        asking = call;
        askingEnds = now + lease.toNanos();
      }
      return asking == call ? Duration.ZERO : LOOK;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes note that an attempt is over.
   *
   * @param isBack whether the provider answered, and did not ask to wait
   */
  void ended(Object call, boolean isBack) {
    if (until == null) {
      return;
    }
    lock.lock();
    try {
      if (asking == call) {
        asking = null;
        Until standing = until;
        if (isBack && standing != null && standing.end - time.nanoTime() <= 0) {
          until = null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The status that began the pause. */
  int status() {
    Until standing = until;
    return standing == null ? 0 : standing.status;
  }

  /**
   * When a pause ends.
   *
   * @param isCut whether the provider asked for longer
   */
  private record Until(int status, long end, boolean isCut) {}
}
