package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Surely;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a client has admitted and not finished, for which its closing waits. Thread-safe. */
final class PendingWork {
  /** The piece whose end this thread is telling the caller, who may close the client meanwhile. */
  private static final ThreadLocal<@Nullable Piece> TOLD = new ThreadLocal<>();

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

  /** Takes note of something to be told without anybody waiting for it, be the client closed. */
  Piece beginAsync() {
    exitHook.begin();
    Piece piece = begin(false, true);
    if (piece == null) {
      throw new AssertionError("only admission is refused");
    }
    return piece;
  }

  private @Nullable Piece begin(boolean unlessClosed, boolean isAsync) {
    Surely.lock(lock);
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
    Surely.lock(lock);
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Admits nothing more; returns whether this was the first to say so. */
  boolean close() {
    Surely.lock(lock);
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all is finished, but for what waits for the calling thread itself.
   *
   * @return whether it is
   */
  boolean await(Duration limit) throws InterruptedException {
    Piece own = TOLD.get();
    if (own != null) {
      own.end();
    }
    Surely.lock(lock);
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

  /** One thing to wait for. */
  final class Piece {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final boolean isAsync;

    private Piece(boolean isAsync) {
      this.isAsync = isAsync;
    }

    /** Tells the caller, and ends. */
    void tell(Runnable telling) {
      Piece before = TOLD.get();
      TOLD.set(this);
      try {
        telling.run();
      } finally {
        if (before == null) {
          TOLD.remove();
        } else {
          TOLD.set(before);
        }
        end();
      }
    }

    /** Ends; once is enough. */
    void end() {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      Surely.lock(lock);
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
