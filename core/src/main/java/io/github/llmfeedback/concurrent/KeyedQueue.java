package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls with the same key in order, one at a time, with a minimum time between them: those of
 * all clients of the process, also of clients that are closed by now. Thread-safe.
 *
 * <p>Nothing is scheduled when a call leaves; only one that has to wait is woken, by the timer of
 * its own client. A key is remembered while it is in use and until its minimum time has passed.
 */
public final class KeyedQueue {
  /** Not part of {@link SharedThreads}, which end with the last client: the distance does not. */
  private static final Lanes PROCESS = new Lanes();

  private final Time time;
  private final String place;
  private final Lanes lanes;

  /**
   * The queue of one client, which it shares with all that have the real time.
   *
   * @param place where its calls go: keys of different places are different
   */
  public KeyedQueue(Time time, String place) {
    this.time = time;
    this.place = place;
    this.lanes = time instanceof SharedThreads ? PROCESS : new Lanes();
  }

  /** The key of this name, for the place of this client; made once, for later no memory may be. */
  public Key key(String name) {
    return new Key(place, name);
  }

  /**
   * Runs {@code taker} as soon as no other call holds the key, now or later.
   *
   * @param taker returns whether it still wants the key; if so, it must {@link #leave} it later
   */
  public void enter(Key key, BooleanSupplier taker) {
    Lane lane;
    boolean isWaiting;
    boolean isDue;
    OutOfMemoryRetry.lock(lanes.lock);
    try {
      long now = time.nanoTime();
      lane = lanes.of(key, now);
      isWaiting = lane.isHeld || !lane.waiting.isEmpty() || lane.notBefore - now > 0;
      if (isWaiting) {
        lane.waiting.put(taker, time);
        isDue = !lane.isHeld && !isAlarmSet(lane, now);
      } else {
        lane.isHeld = true;
        isDue = false;
      }
    } finally {
      lanes.lock.unlock();
    }
    if (isDue) {
      handOut(lane);
    } else if (!isWaiting && !taker.getAsBoolean()) {
      release(lane);
      handOut(lane);
    }
  }

  /** Removes a taker that no longer waits. */
  public void forget(Key key, BooleanSupplier taker) {
    Lane lane;
    boolean isDue = false;
    OutOfMemoryRetry.lock(lanes.lock);
    try {
      lane = lanes.byKey.get(key);
      if (lane == null || lane.waiting.remove(taker) == null) {
        return;
      }
      long now = time.nanoTime();
      if (lane.alarmOf == taker) { // the next one is woken by its own timer
        lane.cancelAlarm();
        isDue = !lane.waiting.isEmpty() && !isAlarmSet(lane, now);
      }
      lanes.removeIfIdle(lane, now);
    } finally {
      lanes.lock.unlock();
    }
    if (isDue) {
      handOut(lane);
    }
  }

  /** Passes the key on to the next taker, after {@code spacing}. */
  public void leave(Key key, Duration spacing) {
    Lane lane;
    boolean isDue;
    OutOfMemoryRetry.lock(lanes.lock);
    try {
      lane = lanes.byKey.get(key);
      if (lane == null) {
        return;
      }
      long now = time.nanoTime();
      lane.isHeld = false;
      lanes.keepApart(lane, now, spacing.toNanos());
      lanes.removePassed(now);
      lanes.removeIfIdle(lane, now);
      isDue = !lane.waiting.isEmpty() && !isAlarmSet(lane, now);
    } finally {
      lanes.lock.unlock();
    }
    if (isDue) {
      handOut(lane);
    }
  }

  /** How many keys are remembered. */
  public int size() {
    OutOfMemoryRetry.lock(lanes.lock);
    try {
      return lanes.byKey.size();
    } finally {
      lanes.lock.unlock();
    }
  }

  /**
   * Has the first that waits woken by its own client's timer, even if it is due: one that ends at
   * once must not run the next one nested in it.
   *
   * @return false if there is no memory for it: better too soon than never
   */
  private boolean isAlarmSet(Lane lane, long now) {
    if (lane.alarm != null) {
      return true;
    }
    try {
      Map.Entry<BooleanSupplier, Time> first = lane.waiting.entrySet().iterator().next();
      Duration wait = Duration.ofNanos(Math.max(0, lane.notBefore - now));
      lane.alarm = first.getValue().schedule(() -> handOut(lane), wait);
      lane.alarmOf = first.getKey();
      return true;
    } catch (RuntimeException | Error e) {
      lane.notBefore = now;
      return false;
    }
  }

  private void handOut(Lane lane) {
    while (true) {
      BooleanSupplier next;
      OutOfMemoryRetry.lock(lanes.lock);
      try {
        lane.cancelAlarm();
        long now = time.nanoTime();
        if (lane.isHeld
            || lane.waiting.isEmpty()
            || (lane.notBefore - now > 0 && isAlarmSet(lane, now))) {
          return;
        }
        Iterator<BooleanSupplier> queue = lane.waiting.keySet().iterator();
        next = queue.next();
        queue.remove();
        lane.isHeld = true;
      } finally {
        lanes.lock.unlock();
      }
      if (next.getAsBoolean()) {
        return;
      }
      release(lane);
    }
  }

  /** Gives a key back that was not wanted. */
  private void release(Lane lane) {
    OutOfMemoryRetry.lock(lanes.lock);
    try {
      lane.isHeld = false;
      lanes.removeIfIdle(lane, time.nanoTime());
    } finally {
      lanes.lock.unlock();
    }
  }

  /** What calls have in common that are kept in order. */
  public static final class Key {
    private final String place;
    private final String name;

    private Key(String place, String name) {
      this.place = place;
      this.name = name;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && name.equals(key.name) && place.equals(key.place);
    }

    @Override
    public int hashCode() {
      return 31 * place.hashCode() + name.hashCode();
    }
  }

  /** The calls with one key; guarded by the lock of its {@link Lanes}. */
  private static final class Lane {
    final Key key;
    boolean isHeld;

    /** When the next may begin, as {@link Time#nanoTime}. */
    long notBefore;

    /** Those that wait, in order, each with the time of its client. */
    final Map<BooleanSupplier, Time> waiting = new LinkedHashMap<>();

    Scheduler.@Nullable Alarm alarm;

    /** The taker whose client's timer has the alarm. */
    @Nullable BooleanSupplier alarmOf;

    Lane(Key key, long now) {
      this.key = key;
      this.notBefore = now;
    }

    void cancelAlarm() {
      if (alarm != null) {
        alarm.cancel();
      }
      alarm = null;
      alarmOf = null;
    }
  }

  /**
   * A key that was left.
   *
   * @param at when it may be forgotten, as {@link Time#nanoTime}
   */
  private record Left(Lane lane, long at) {}

  /** The keys that are held, waited for, or were left a moment ago. */
  private static final class Lanes {
    final ReentrantLock lock = new ReentrantLock();
    final Map<Key, Lane> byKey = new HashMap<>();
    private final PriorityQueue<Left> left =
        new PriorityQueue<>((a, b) -> Long.signum(a.at - b.at));

    Lane of(Key key, long now) {
      removePassed(now);
      Lane lane = byKey.get(key);
      if (lane == null) {
        lane = new Lane(key, now);
        byKey.put(key, lane);
      }
      return lane;
    }

    void keepApart(Lane lane, long now, long nanos) {
      if (nanos > 0) {
        try {
          left.add(new Left(lane, now + nanos));
          lane.notBefore = now + nanos;
        } catch (OutOfMemoryError e) { // better too soon than never
          lane.notBefore = now;
        }
      } else {
        lane.notBefore = now;
      }
    }

    void removePassed(long now) {
      Left first;
      while ((first = left.peek()) != null && first.at - now <= 0) {
        left.remove();
        removeIfIdle(first.lane, now);
      }
    }

    void removeIfIdle(Lane lane, long now) {
      if (!lane.isHeld && lane.waiting.isEmpty() && lane.notBefore - now <= 0) {
        byKey.remove(lane.key, lane);
      }
    }
  }
}
