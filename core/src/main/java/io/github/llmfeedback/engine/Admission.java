package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Admits one call to the wire: it waits for its key, if it has one, then for a permit. */
final class Admission {
  private final KeyedQueue queue;
  private final AsyncSemaphore permits;
  private final Optional<WireRequest.Spacing> spacing;
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
    this.spacing = request.spacing();
    this.whenAdmitted = whenAdmitted;
  }

  /** Joins the queues, unless the call has already left. */
  void queue() {
    if (hasLeft()) {
      return;
    }
    spacing.ifPresentOrElse(
        it -> queue.enter(it.key(), takesKey), () -> permits.acquire(takesPermit));
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
   * @param sent whether anything was sent, so that the next call with the same key must wait for
   *     the spacing to pass
   */
  void leave(boolean sent) {
    boolean permit;
    boolean key;
    OutOfMemoryRetry.lock(lock);
    try {
      if (left) {
        return;
      }
      left = true;
      permit = hasPermit;
      key = hasKey;
    } finally {
      lock.unlock();
    }
    if (permit) {
      permits.release();
    } else {
      permits.forget(takesPermit);
    }
    spacing.ifPresent(
        it -> {
          if (key) {
            queue.leave(it.key(), sent ? it.apart() : Duration.ZERO);
          } else {
            queue.forget(it.key(), takesKey);
          }
        });
  }
}
