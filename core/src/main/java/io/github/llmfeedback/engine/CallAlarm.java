package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call's only alarm. Not thread-safe: guarded by its call's lock. */
final class CallAlarm {
  private final Time time;
  private Scheduler.@Nullable Alarm alarm;
  private @Nullable Long waitEnds;

  CallAlarm(Time time) {
    this.time = time;
  }

  boolean isSet() {
    return alarm != null;
  }

  /** Sets it, in the place of the one before. */
  void set(Runnable task, Duration delay) {
    Scheduler.Alarm next = time.schedule(task, delay);
    cancel();
    waitEnds = null;
    alarm = next;
  }

  /** Sets it to the end of a wait between attempts. */
  void setToEndOf(Duration wait, Runnable task) {
    set(task, wait);
    waitEnds = time.nanoTime() + wait.toNanos();
  }

  /** How long the wait between attempts still lasts; null if there is none. */
  @Nullable Duration left() {
    return waitEnds == null ? null : Duration.ofNanos(waitEnds - time.nanoTime());
  }

  void cancel() {
    if (alarm != null) {
      try {
        alarm.cancel();
      } catch (RuntimeException | Error e) {
        // It will fire, and find the call ended.
      }
    }
  }
}
