package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Passes the events of a client or an outbox to its listener, which may be slow and may throw.
 * Whoever adds an event never waits, and nothing is thrown. Thread-safe.
 *
 * @param <L> the listener
 */
public final class EventQueue<L> {
  /** As many as calls may be pending by default; an event takes a few hundred bytes. */
  public static final int CAPACITY = 10_000;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final L listener;
  private final String owner;
  private final Time time;
  private final Log log;
  private final UnaryOperator<Throwable> shown;
  private final SerialTasks tasks;
  private final AtomicBoolean hasThrown = new AtomicBoolean();
  private final LongAdder dropped = new LongAdder();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicBoolean isReportPlanned = new AtomicBoolean();

  /**
   * An empty queue.
   *
   * @param owner whose events they are, for messages
   * @param threads where the listener is called; never the thread that adds an event
   * @param exitHook waits for the listener when the JVM exits
   * @param shown what of an exception may be logged
   */
  public EventQueue(
      L listener,
      String owner,
      Time time,
      Executor threads,
      ExitHook exitHook,
      Log log,
      UnaryOperator<Throwable> shown) {
    this.listener = listener;
    this.owner = owner;
    this.time = time;
    this.log = log;
    this.shown = shown;
    tasks = new SerialTasks(CAPACITY, threads, exitHook::begin, exitHook::end);
  }

  /** Adds an event, which is delivered once {@link #deliver} was called. */
  public void add(Consumer<? super L> event) {
    if (!tasks.add(() -> tell(event))) {
      dropped.increment();
      planReport();
    }
  }

  /** Lets the events that were added be delivered. */
  public void deliver() {
    tasks.wake();
  }

  private void tell(Consumer<? super L> event) {
    try {
      event.accept(listener);
    } catch (Throwable e) { // Kotlin, for example, may throw checked exceptions anywhere
      warnOf(e);
    }
    var unused = Thread.interrupted(); // the next event is not the one that it was meant for
  }

  private void warnOf(Throwable thrown) {
    try {
      if (hasThrown.compareAndSet(false, true)) {
        log.warn(
            "{}'s listener threw {}; this is said once, and it is still told all events",
            owner,
            thrown.getClass().getName(),
            shown.apply(thrown));
      }
    } catch (RuntimeException | Error e) {
      // No memory, most likely; nothing else can report it.
    }
  }

  /** At once, then at most once a second; not here, for a logger may block. */
  private void planReport() {
    if (isReportPlanned.compareAndSet(false, true)) {
      time.schedule(this::report, reported.get() == 0 ? Duration.ZERO : SECOND);
    }
  }

  /** Warns of the events that were dropped since the last line, if any. */
  private void report() {
    isReportPlanned.set(false);
    long now = dropped.sum();
    long more = now - reported.getAndSet(now);
    if (more > 0) {
      log.warn("{}'s listener is too slow: dropped {} events since the last line", owner, more);
    }
  }

  /** How many events were not delivered because the queue was full. */
  public long dropped() {
    return dropped.sum();
  }

  /** Whether there are events that the listener has not handled. */
  public boolean isBusy() {
    return tasks.size() > 0;
  }

  /** Waits until the listener has handled the events so far, unless it is the caller. */
  public void close(Duration limit) {
    report();
    if (tasks.isRunningHere() || !isBusy()) {
      return;
    }
    try {
      if (!tasks.await(limit)) {
        log.warn("{} closes, but its listener has not handled all events", owner);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes a warning. */
  public interface Log {
    /** Never throws. */
    void warn(String format, @Nullable Object... arguments);
  }
}
