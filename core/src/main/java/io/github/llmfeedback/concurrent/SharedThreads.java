package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads and the timer that all clients and fan-outs of the process share: made for the first,
 * shut down with the last. Every thread is a daemon, and none exists before it is needed.
 */
public final class SharedThreads implements Time {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** "For ever" has more nanoseconds than a long holds. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static @Nullable SharedThreads shared;
  private static int users;

  private final ExecutorService calls = threads("llm-feedback-call-");
  private final ExecutorService callbacks = threads("llm-feedback-callback-");
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, this::timerThread);
  private @Nullable Object attachment;

  private SharedThreads() {
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(5, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
  }

  /** The shared threads, with one more user, who must release them once. */
  public static SharedThreads acquire() {
    LOCK.lock();
    try {
      SharedThreads threads = shared;
      if (threads == null) {
        threads = new SharedThreads();
        shared = threads;
      }
      users++;
      return threads;
    } finally {
      LOCK.unlock();
    }
  }

  /** Lets go of the threads; the last one who does so ends them. */
  public void release() {
    LOCK.lock();
    try {
      users--;
      if (users > 0) {
        return;
      }
      shared = null;
    } finally {
      LOCK.unlock();
    }
    calls.shutdown();
    callbacks.shutdown();
    timer.shutdownNow();
  }

  /** What all users of these threads share besides, made by the first who asks for it. */
  public <T> T attachment(Class<T> type, Function<SharedThreads, T> maker) {
    LOCK.lock();
    try {
      if (attachment == null) {
        attachment = maker.apply(this);
      }
      return type.cast(attachment);
    } finally {
      LOCK.unlock();
    }
  }

  /** Runs what may take its time on a daemon thread, even after these threads have ended. */
  public void run(Runnable task) {
    try {
      calls.execute(task);
    } catch (RejectedExecutionException e) {
      daemon(task).start();
    } catch (OutOfMemoryError e) { // there is no memory for a thread
      task.run();
    }
  }

  /** A thread of its own for a task that keeps no program from ending. */
  public static Thread daemon(Runnable task) {
    return daemons("llm-feedback-").newThread(task);
  }

  /** Where calls wait for the network. */
  public ExecutorService calls() {
    return calls;
  }

  /** Where callers hear of ends, and may take their time: never on a thread that carries calls. */
  public Executor callbacks() {
    return callbacks;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  @Override
  public Alarm schedule(Runnable task, Duration delay) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    try {
      Runnable sure = () -> Surely.run(task);
      Future<?> future = timer.schedule(() -> ring(sure), bounded.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {}; // the last client is closed: nobody waits for this any more
    }
  }

  /** The timer is everybody's; a task may meet a user's event listener, which takes its time. */
  private void ring(Runnable task) {
    try {
      callbacks.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // no thread is to be had
      task.run();
    }
  }

  /** A thread that has a successor if it dies, as where there is no memory to wait for an alarm. */
  private Thread timerThread(Runnable task) {
    Thread thread = daemons("llm-feedback-timer-").newThread(task);
    thread.setUncaughtExceptionHandler((dead, e) -> Surely.run(timer::prestartCoreThread));
    return thread;
  }

  private static ExecutorService threads(String name) {
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons(name));
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name + COUNT.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
