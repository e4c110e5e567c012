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
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads and the timer that all clients and fan-outs of the process share: created for the
 * first, shut down with the last. Every thread is a daemon, and is started only when it is needed.
 */
public final class SharedThreads implements Time {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** Longer delays, such as "for ever", may have more nanoseconds than a long holds. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static @Nullable SharedThreads shared;
  private static int users;

  private final ExecutorService calls =
      threads(daemons(SuccessiveTasks.Worker::new, "llm-feedback-call-"));
  private final Executor attempts = new SuccessiveTasks(calls);
  private final ExecutorService callbacks = threads(daemons("llm-feedback-callback-"));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, this::timerThread);
  private final BlockedThreads callers = new BlockedThreads(this::scheduleInline, this::run);
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

  /** Releases the threads; they end when the last user has released them. */
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

  /** An object that all users of these threads share, created by the first who asks for it. */
  public <T> T attachment(Class<T> type, Supplier<T> maker) {
    LOCK.lock();
    try {
      if (attachment == null) {
        attachment = maker.get();
      }
      return type.cast(attachment);
    } finally {
      LOCK.unlock();
    }
  }

  /** Runs a task that may block, on a daemon thread, even after these threads have ended. */
  public void run(Runnable task) {
    try {
      calls.execute(task);
    } catch (RejectedExecutionException e) {
      daemon(task).start();
    } catch (OutOfMemoryError e) { // no memory for a thread
      task.run();
    }
  }

  /** The callers that make calls on their own threads. */
  public BlockedThreads callers() {
    return callers;
  }

  /** A new thread for a task, which does not keep the JVM from exiting; not started yet. */
  public static Thread daemon(Runnable task) {
    return daemons("llm-feedback-").newThread(task);
  }

  /** Where attempts block on the network; the last thing that each does may begin others. */
  public Executor attempts() {
    return attempts;
  }

  /** Where users' callbacks run, which may block: never on a thread that makes calls. */
  public Executor callbacks() {
    return callbacks;
  }

  /** Runs a user's callback, even after these threads have ended; never on the calling thread. */
  public void callBack(Runnable task) {
    try {
      callbacks.execute(task);
    } catch (RejectedExecutionException e) {
      daemon(task).start();
    }
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
  public long millis() {
    return System.currentTimeMillis();
  }

  @Override
  public double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  @Override
  public Alarm schedule(Runnable task, Duration delay) {
    Runnable retried = () -> OutOfMemoryRetry.run(task);
    return scheduleInline(() -> fire(retried), delay);
  }

  /** Runs a task on the timer's thread itself. */
  private Alarm scheduleInline(Runnable task, Duration delay) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    try {
      Future<?> future = timer.schedule(task, bounded.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {}; // the last client is closed: nobody waits for this any longer
    }
  }

  /** The timer thread is shared; a task may call a user's event listener, which may block. */
  private void fire(Runnable task) {
    try {
      callbacks.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // no thread is available
      task.run();
    }
  }

  /** A thread that is replaced if it dies, as it may when the timer runs out of memory. */
  private Thread timerThread(Runnable task) {
    Thread thread = daemons("llm-feedback-timer-").newThread(task);
    thread.setUncaughtExceptionHandler(
        (dead, e) -> OutOfMemoryRetry.run(timer::prestartCoreThread));
    return thread;
  }

  private static ExecutorService threads(ThreadFactory factory) {
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  private static ThreadFactory daemons(String name) {
    return daemons((task, thread) -> new Thread(null, task, thread, 0, false), name);
  }

  private static ThreadFactory daemons(BiFunction<Runnable, String, Thread> maker, String name) {
    return task -> {
      Thread thread = maker.apply(task, name + COUNT.incrementAndGet());
      thread.setDaemon(true);
      // All clients share the threads: none may hold the application whose thread came first, nor
      // see its user, for whom another's callbacks would then act.
      thread.setContextClassLoader(SharedThreads.class.getClassLoader());
      return thread;
    };
  }
}
