package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A time that a test advances. Alarms run on the thread that advances it. */
public final class ManualTime implements Time {
  /** Just before the overflow, where a comparison instead of a difference goes wrong. */
  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Ringing> pending = new ArrayList<>();
  private long passed;
  private double random = 0.5;

  /** Waits, in real time, until an alarm is set for exactly this delay, and advances by it. */
  void pass(Duration delay) {
    awaitAlarm(delay);
    advance(delay);
  }

  /** Waits, in real time, until an alarm is set for exactly this delay. */
  public void awaitAlarm(Duration delay) {
    Await.isTrue(() -> "no alarm in " + delay + ", but " + alarms(), () -> hasAlarm(delay));
  }

  public boolean hasAlarm(Duration delay) {
    return alarms().contains(delay);
  }

  /** The delays after which the alarms are due. */
  public List<Duration> alarms() {
    lock.lock();
    try {
      return pending.stream().map(each -> Duration.ofNanos(each.due - passed)).sorted().toList();
    } finally {
      lock.unlock();
    }
  }

  public void advance(Duration time) {
    long end = passed + time.toNanos();
    Ringing next;
    while ((next = next(end)) != null) {
      next.task.run();
    }
  }

  private @Nullable Ringing next(long end) {
    lock.lock();
    try {
      Ringing next =
          pending.stream()
              .filter(each -> each.due <= end)
              .min(Comparator.comparingLong(each -> each.due))
              .orElse(null);
      passed = Math.max(passed, next == null ? end : next.due); // several may advance it
      if (next != null) {
        pending.remove(next);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  ManualTime random(double random) {
    this.random = random;
    return this;
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return START + passed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Instant now() {
    return NOON.plusNanos(nanoTime() - START);
  }

  @Override
  public double random() {
    return random;
  }

  @Override
  public Alarm schedule(Runnable task, Duration delay) {
    lock.lock();
    try {
      Ringing ringing = new Ringing(passed + Math.max(0, delay.toNanos()), task);
      pending.add(ringing);
      return () -> cancel(ringing);
    } finally {
      lock.unlock();
    }
  }

  private void cancel(Ringing ringing) {
    lock.lock();
    try {
      pending.remove(ringing);
    } finally {
      lock.unlock();
    }
  }

  /** One alarm, compared by identity. */
  private static final class Ringing {
    final long due;
    final Runnable task;

    Ringing(long due, Runnable task) {
      this.due = due;
      this.task = task;
    }
  }
}
