package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.Surely;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The admission of one call to the wire: by its key, if it has one, then by a permit. */
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

  /** Queues, unless the call has left. */
  void queue() {
    if (hasLeft()) {
      return;
    }
    spacing.ifPresentOrElse(
        it -> queue.enter(it.key(), takesKey), () -> permits.acquire(takesPermit));
  }

  private boolean hasLeft() {
    Surely.lock(lock);
    try {
      return left;
    } finally {
      lock.unlock();
    }
  }

  private boolean takeKey() {
    Surely.lock(lock);
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
    Surely.lock(lock);
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
   * Makes room for others, whether the call was admitted or still waits; once is enough.
   *
   * @param sent whether anything went over the wire, from which the next with the same key must
   *     keep its distance
   */
  void leave(boolean sent) {
    boolean permit;
    boolean key;
    Surely.lock(lock);
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
