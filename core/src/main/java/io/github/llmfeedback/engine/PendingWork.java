package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a client has admitted and not finished; its close() waits for it. Thread-safe. */
final class PendingWork {
  /** The piece whose future this thread is completing; a callback may close the client. */
  private static final ThreadLocal<@Nullable Piece> COMPLETING = new ThreadLocal<>();

  /** Added to {@link #state} when nothing more is admitted. */
  private static final long CLOSED = 1L << 62;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition finished = lock.newCondition();
  private final ExitHook exitHook;

  /** How many pieces are pending, and {@link #CLOSED}; no lock, for every call changes it twice. */
  private final AtomicLong state = new AtomicLong();

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
    Piece piece = new Piece(isAsync); // before it is counted, for there may be no memory
    long now;
    do {
      now = state.get();
      if (unlessClosed && now >= CLOSED) {
        return null;
      }
    } while (!state.compareAndSet(now, now + 1));
    return piece;
  }

  boolean isClosed() {
    return state.get() >= CLOSED;
  }

  /** Admits nothing more; returns whether this is the first call of this method. */
  boolean close() {
    return state.getAndUpdate(now -> now | CLOSED) < CLOSED;
  }

  private boolean isFinished() {
    return (state.get() & ~CLOSED) == 0;
  }

  /**
   * Waits until everything is finished, except what the calling thread itself is completing; to be
   * called after {@link #close}.
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
      while (!isFinished() && left > 0) {
        left = finished.awaitNanos(left);
      }
      return isFinished();
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
      if (state.decrementAndGet() >= CLOSED) { // close() waits
        OutOfMemoryRetry.lock(lock);
        try {
          finished.signalAll();
        } finally {
          lock.unlock();
        }
      }
      if (isAsync) {
        exitHook.end();
      }
    }
  }
}
