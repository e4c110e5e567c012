package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.Surely;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** One call's place on the wire: first in its lane, if it has one, then among the permits. */
final class Admission {
  private final KeyedQueue lanes;
  private final AsyncSemaphore permits;
  private final Optional<WireRequest.Spacing> spacing;
  private final Runnable whenTaken;
  private final BooleanSupplier takesLane = this::takeLane;
  private final BooleanSupplier takesPermit = this::takePermit;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean left;
  private boolean hasLane;
  private boolean hasPermit;

  Admission(KeyedQueue lanes, AsyncSemaphore permits, WireRequest request, Runnable whenTaken) {
    this.lanes = lanes;
    this.permits = permits;
    this.spacing = request.spacing();
    this.whenTaken = whenTaken;
  }

  void queue() {
    spacing.ifPresentOrElse(
        lane -> lanes.enter(lane.key(), takesLane), () -> permits.acquire(takesPermit));
  }

  private boolean takeLane() {
    Surely.lock(lock);
    try {
      if (left) {
        return false;
      }
      hasLane = true;
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
    whenTaken.run();
    return true;
  }

  /**
   * Leaves the place to others; once is enough.
   *
   * @param sent whether anything went over the wire, from which the next in the lane must keep away
   */
  void leave(boolean sent) {
    boolean permit;
    boolean lane;
    Surely.lock(lock);
    try {
      if (left) {
        return;
      }
      left = true;
      permit = hasPermit;
      lane = hasLane;
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
          if (lane) {
            lanes.leave(it.key(), sent ? it.apart() : Duration.ZERO);
          } else {
            lanes.forget(it.key(), takesLane);
          }
        });
  }
}
