package io.github.llmfeedback.outbox;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When a lane may send, and how much: backs off while its provider gives no answer, waits as long
 * as it asks, and after a refused key only tries now and then. Thread-safe.
 */
final class Pace {
  /** A provider that asks for longer is asked again after this time. */
  static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  static final Duration FIRST_PROBE = Duration.ofMinutes(1);
  static final Duration LAST_PROBE = Duration.ofMinutes(15);

  private final Time time;
  private final Duration firstBackoff;
  private final Duration maxBackoff;

  private final ReentrantLock lock = new ReentrantLock();
  private int failures;

  /**
   * How many failures there were before an answer to a probe, until more than a probe is answered.
   */
  private int failuresBefore;

  /** When the last of the failures was known; what was sent before says nothing about now. */
  private long failed;

  private boolean isUnauthorized;
  private long until;

  Pace(Time time, Duration firstBackoff, Duration maxBackoff) {
    this.time = time;
    this.firstBackoff = firstBackoff;
    this.maxBackoff = maxBackoff;
    this.until = time.nanoTime();
  }

  /** What changed by a judgement. */
  enum Change {
    NONE,
    /** The first failure after an answer. */
    FAILING,
    /** The first refusal of the key. */
    UNAUTHORIZED,
    /** An answer after failures. */
    RECOVERED
  }

  /**
   * Takes what came of entries that were sent together into account.
   *
   * @param began when they were sent
   */
  Change after(Judgement judgement, long began) {
    lock.lock();
    try {
      Change change = change(judgement, began);
      Duration asked = judgement.retryAfter();
      pause(asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE);
      return change;
    } finally {
      lock.unlock();
    }
  }

  private Change change(Judgement judgement, long began) {
    // What was sent together with what failed before fails with it: that is one failure.
    int more = until - time.nanoTime() > 0 && failures > 0 ? 0 : 1;
    if (judgement.unauthorized() != null) {
      failures = isUnauthorized ? failures + more : 1;
      failuresBefore = 0;
      failed = time.nanoTime();
      pause(jittered(doubled(FIRST_PROBE, failures, LAST_PROBE)));
      boolean isNews = !isUnauthorized;
      isUnauthorized = true;
      return isNews ? Change.UNAUTHORIZED : Change.NONE;
    } else if (judgement.isFailing()) {
      if (isUnauthorized && began - failed <= 0) {
        return Change.NONE;
      }
      boolean isNews = isUnauthorized || failures == 0;
      failures = isUnauthorized ? 1 : failures + failuresBefore + more;
      failuresBefore = 0;
      failed = time.nanoTime();
      isUnauthorized = false;
      pause(jittered(doubled(firstBackoff, failures, maxBackoff)));
      return isNews ? Change.FAILING : Change.NONE;
    } else if (!judgement.isAnswered() || (isCautious() && began - failed <= 0)) {
      return Change.NONE;
    } else if (failures > 0 && !judgement.isAnyAccepted()) {
      return Change.NONE; // a single one is refused where lists have no answer: ask on, singly
    }
    boolean isNews = failures > 0;
    failuresBefore = isNews ? failures : 0;
    failures = 0;
    isUnauthorized = false;
    return isNews ? Change.RECOVERED : Change.NONE;
  }

  private void pause(Duration length) {
    long end = time.nanoTime() + length.toNanos();
    until = end - until > 0 ? end : until;
  }

  /** Between three quarters and all of it. */
  private Duration jittered(Duration length) {
    return Duration.ofNanos((long) (length.toNanos() * (0.75 + time.random() / 4)));
  }

  static Duration doubled(Duration first, int times, Duration max) {
    Duration length = first;
    for (int i = 1; i < times && length.compareTo(max) < 0; i++) {
      length = length.multipliedBy(2);
    }
    return length.compareTo(max) < 0 ? length : max;
  }

  /** How long an entry is not due that failed while others did not. */
  Duration entryDelay(int attempts) {
    return jittered(doubled(firstBackoff, attempts, maxBackoff));
  }

  /** How long the lane must wait; zero or less if it need not. */
  Duration left() {
    lock.lock();
    try {
      return Duration.ofNanos(until - time.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Whether only one entry may be sent, to see whether there is an answer. */
  boolean isProbing() {
    lock.lock();
    try {
      return failures > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether no more than one batch may be sent: a probe, or the first after one was answered. */
  boolean isCautious() {
    lock.lock();
    try {
      return failures > 0 || failuresBefore > 0;
    } finally {
      lock.unlock();
    }
  }

  OutboxStats.Status status() {
    lock.lock();
    try {
      return isUnauthorized
          ? OutboxStats.Status.UNAUTHORIZED
          : failures > 0 || until - time.nanoTime() > 0
              ? OutboxStats.Status.BACKING_OFF
              : OutboxStats.Status.RUNNING;
    } finally {
      lock.unlock();
    }
  }

  /** When the lane sends again; empty if it need not wait. */
  Optional<Instant> nextTry() {
    Duration left = left();
    return left.isNegative() || left.isZero()
        ? Optional.empty()
        : Optional.of(time.now().plus(left));
  }
}
