package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a client has admitted and not finished; its close() waits for it. Thread-safe. */
final class PendingWork {
  /** The piece whose future this thread is completing; a callback may close the client. */
  private static final ThreadLocal<@Nullable Piece> COMPLETING = new ThreadLocal<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition finished = lock.newCondition();
  private final ExitHook exitHook;
  private int pending;
  private boolean closed;

  PendingWork(ExitHook exitHook) {
    this.exitHook = exitHook;
  }

  /** Admits a piece of work; null if the client is closed. */
  @Nullable Piece admit() {
    return begin(true, false);
  }

  /** Registers a future that will be completed, even if the client is closed. */
  Piece beginAsync() {
    exitHook.begin();
    Piece piece = begin(false, true);
    if (piece == null) {
      throw new AssertionError("only admission is refused");
    }
    return piece;
  }

  private @Nullable Piece begin(boolean unlessClosed, boolean isAsync) {
    OutOfMemoryRetry.lock(lock);
    try {
      if (unlessClosed && closed) {
        return null;
      }
      pending++;
      return new Piece(isAsync);
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    OutOfMemoryRetry.lock(lock);
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Admits nothing more; returns whether this is the first call of this method. */
  boolean close() {
    OutOfMemoryRetry.lock(lock);
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything is finished, except what the calling thread itself is completing.
   *
   * @return whether everything is finished
   */
  boolean await(Duration limit) throws InterruptedException {
    Piece own = COMPLETING.get();
    if (own != null) {
      own.end();
    }
    OutOfMemoryRetry.lock(lock);
    try {
      long left = limit.toNanos();
      while (pending > 0 && left > 0) {
        left = finished.awaitNanos(left);
      }
      return pending == 0;
    } finally {
      lock.unlock();
    }
  }

  /** One piece of work to wait for. */
  final class Piece {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final boolean isAsync;

    private Piece(boolean isAsync) {
      this.isAsync = isAsync;
    }

    /** Runs what completes the caller's future, and ends. */
    void complete(Runnable completion) {
      Piece before = COMPLETING.get();
      COMPLETING.set(this);
      try {
        completion.run();
      } finally {
        if (before == null) {
          COMPLETING.remove();
        } else {
          COMPLETING.set(before);
        }
        end();
      }
    }

    /** Ends; further calls do nothing. */
    void end() {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      OutOfMemoryRetry.lock(lock);
      try {
        pending--;
        finished.signalAll();
      } finally {
        lock.unlock();
      }
      if (isAsync) {
        exitHook.end();
      }
    }
  }
}
