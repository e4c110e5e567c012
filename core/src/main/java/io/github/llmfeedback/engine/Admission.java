package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Admits one call to the wire: it waits for its key, if it has one, then for a permit. */
final class Admission {
  private final KeyedQueue queue;
  private final AsyncSemaphore permits;
  private final WireRequest.@Nullable Spacing spacing;
  private final KeyedQueue.@Nullable Key key;
  private final Runnable whenAdmitted;
  private final BooleanSupplier takesKey = this::takeKey;
  private final BooleanSupplier takesPermit = this::takePermit;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean left;
  private boolean hasKey;
  private boolean hasPermit;

  Admission(KeyedQueue queue, AsyncSemaphore permits, WireRequest request, Runnable whenAdmitted) {
    this.queue = queue;
    this.permits = permits;
    this.spacing = request.spacing().orElse(null);
    this.key = spacing == null ? null : queue.key(spacing.key());
    this.whenAdmitted = whenAdmitted;
  }

  /** Joins the queues, unless the call has already left. */
  void queue() {
    if (hasLeft()) {
      return;
    }
    if (key == null) {
      permits.acquire(takesPermit);
    } else {
      queue.enter(key, takesKey);
    }
  }

  private boolean hasLeft() {
    OutOfMemoryRetry.lock(lock);
    try {
      return left;
    } finally {
      lock.unlock();
    }
  }

  private boolean takeKey() {
    OutOfMemoryRetry.lock(lock);
    try {
      if (left) {
        return false;
      }
      hasKey = true;
    } finally {
      lock.unlock();
    }
    permits.acquire(takesPermit);
    return true;
  }

  private boolean takePermit() {
    OutOfMemoryRetry.lock(lock);
    try {
      if (left) {
        return false;
      }
      hasPermit = true;
    } finally {
      lock.unlock();
    }
    whenAdmitted.run();
    return true;
  }

  /**
   * Gives up the key and the permit, or the place in their queues; further calls do nothing.
   *
   * @param mayBeStored whether the provider may have stored anything, so that the next call with
   *     the same key must wait for the spacing to pass
   */
  void leave(boolean mayBeStored) {
    boolean permit;
    boolean isHolder;
    OutOfMemoryRetry.lock(lock);
    try {
      if (left) {
        return;
      }
      left = true;
      permit = hasPermit;
      isHolder = hasKey;
    } finally {
      lock.unlock();
    }
    if (permit) {
      permits.release();
    } else {
      permits.forget(takesPermit);
    }
    if (spacing != null && key != null) {
      if (isHolder) {
        queue.leave(key, mayBeStored ? spacing.apart() : Duration.ZERO);
      } else {
        queue.forget(key, takesKey);
      }
    }
  }
}
