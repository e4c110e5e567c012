package io.github.llmfeedback.concurrent;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of tasks, which run one at a time and in order on an executor's threads. Whoever
 * adds one never waits. Thread-safe.
 */
public final class SerialTasks {
  private final int capacity;
  private final Executor executor;
  private final Runnable whenBusy;
  private final Runnable whenIdle;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  /** How many tasks have been added and have not ended. */
  private final AtomicInteger size = new AtomicInteger();

  private final AtomicBoolean isRunning = new AtomicBoolean();
  private volatile @Nullable Thread runner;

  /**
   * An empty queue.
   *
   * @param executor must not run tasks on the thread that gives them to it
   * @param whenBusy runs before the executor gets something to do
   * @param whenIdle runs when that is done, once for each {@code whenBusy}
   */
  public SerialTasks(int capacity, Executor executor, Runnable whenBusy, Runnable whenIdle) {
    this.capacity = capacity;
    this.executor = executor;
    this.whenBusy = whenBusy;
    this.whenIdle = whenIdle;
  }

  /**
   * Adds a task, to run once {@link #wake} was called; returns false if the queue is full.
   *
   * @param task must not throw
   */
  public boolean add(Runnable task) {
    if (size.get() >= capacity) { // a few more, if threads look at the same time, do no harm
      return false;
    }
    put(task);
    return true;
  }

  private void put(Runnable task) {
    queue.add(task); // before it is counted, for there may be no memory
    size.incrementAndGet();
  }

  /** Lets the tasks that were added run. */
  public void wake() {
    if (queue.isEmpty() || !isRunning.compareAndSet(false, true)) {
      return;
    }
    try {
      whenBusy.run();
      executor.execute(this::run);
    } catch (RuntimeException | Error e) { // no memory for a thread: the next to wake it may have
      whenIdle.run();
      isRunning.set(false);
    }
  }

  private void run() {
    do {
      runner = Thread.currentThread();
      Runnable task;
      while ((task = queue.poll()) != null) {
        try {
          task.run();
        } finally {
          size.decrementAndGet();
        }
      }
      runner = null;
      isRunning.set(false);
    } while (!queue.isEmpty() && isRunning.compareAndSet(false, true)); // added meanwhile
    whenIdle.run();
  }

  /** How many tasks have been added and have not ended. */
  public int size() {
    return size.get();
  }

  /** Whether the calling thread is running a task. */
  public boolean isRunningHere() {
    return runner == Thread.currentThread();
  }

  /**
   * Waits until the tasks that were added so far have ended; returns whether they have. A task must
   * not call it.
   */
  public boolean await(Duration limit) throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    put(reached::countDown);
    wake();
    return reached.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }
}
