package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.BlockedThreads;
import io.github.llmfeedback.engine.http.Attempt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that waits for a call. It makes the call's attempts itself, so that nothing is handed
 * from thread to thread and back; the steps between them run wherever their event comes from.
 */
final class Caller {
  private final Thread thread = Thread.currentThread();
  private final CompletableFuture<?> ended;
  private final Runnable interrupt;
  private final Queue<Attempt> next = new ConcurrentLinkedQueue<>();
  private volatile boolean hasLeft;

  /**
   * The calling thread, which will wait for a call.
   *
   * @param ended completes when the call has ended
   * @param interrupt ends the call; runs on any thread, perhaps more than once
   */
  Caller(CompletableFuture<?> ended, Runnable interrupt) {
    this.ended = ended;
    this.interrupt = interrupt;
  }

  /** Hands over an attempt, on any thread. */
  void take(Attempt attempt) {
    next.add(attempt);
    if (hasLeft && next.remove(attempt)) {
      attempt.begin(); // it was cancelled meanwhile: to be over, it needs any thread
    }
    wake();
  }

  /** Makes it look whether the call has ended. */
  void wake() {
    LockSupport.unpark(thread); // costs next to nothing on the thread itself
  }

  /** Makes attempts until the call has ended; an interrupt ends the call, and stays set. */
  void makeAttempts(BlockedThreads callers) {
    boolean wasInterrupted = false;
    while (!ended.isDone()) {
      Attempt attempt = next.poll();
      if (attempt != null) {
        make(attempt, callers);
      } else if (Thread.interrupted()) { // or it would not park
        wasInterrupted = true;
        interrupt.run();
      } else {
        LockSupport.park(this);
      }
    }
    hasLeft = true;
    Attempt late;
    while ((late = next.poll()) != null) {
      late.begin();
    }
    if (wasInterrupted) {
      thread.interrupt();
    }
  }

  private void make(Attempt attempt, BlockedThreads callers) {
    Making making = new Making(attempt);
    try {
      callers.begin(making);
    } catch (RuntimeException | Error e) { // no memory for it
      attempt.begin();
      return;
    }
    try {
      attempt.run(interrupt);
    } finally {
      callers.end(making);
    }
  }

  /** An attempt that this thread is making. */
  private final class Making implements BlockedThreads.Blocked {
    /**
     * How often it is looked at after the call has ended until its connection is broken: for a
     * second. By then whatever can be cancelled has ended, even on a busy machine and a slow line.
     */
    private static final int LOOKS = 40;

    private final Attempt attempt;
    private boolean isTold;
    private int looks;

    Making(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public boolean needsHelp() {
      if (ended.isDone()) {
        looks++;
        return looks == LOOKS;
      }
      boolean isNew = thread.isInterrupted() && !isTold;
      isTold |= isNew;
      return isNew;
    }

    @Override
    public void help() {
      if (looks >= LOOKS) {
        attempt.breakConnection();
      } else {
        interrupt.run();
      }
    }
  }
}
