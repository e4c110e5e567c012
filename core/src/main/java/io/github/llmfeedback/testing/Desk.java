package io.github.llmfeedback.testing;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a recording client's calls end, and when. Thread-safe; calls end outside the lock,
 * because their callbacks run then.
 */
final class Desk {
  private final String provider;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Supplier<? extends FeedbackException>> next = new ArrayDeque<>();
  private final Map<Call, Receipt> held = new LinkedHashMap<>();
  private @Nullable Supplier<? extends FeedbackException> otherwise;
  private boolean holding;
  private boolean closed;

  Desk(String provider) {
    this.provider = provider;
  }

  void failNext(List<? extends Supplier<? extends FeedbackException>> failures) {
    locked(() -> next.addAll(failures));
  }

  void failAlways(Supplier<? extends FeedbackException> failure) {
    locked(() -> otherwise = failure);
  }

  void succeed() {
    locked(
        () -> {
          next.clear();
          otherwise = null;
        });
  }

  void hold() {
    locked(() -> holding = true);
  }

  /**
   * Begins a call, which ends with the receipt that {@code prepare} creates unless a failure was
   * asked for; at once, or when it is released. If {@code prepare} throws a {@link
   * FeedbackException}, the call ends with that.
   */
  Call begin(Call call, Supplier<Receipt> prepare) {
    try {
      Receipt receipt = prepare.get();
      if (!isHeld(call, receipt)) {
        end(call, receipt);
      }
    } catch (FeedbackException e) {
      call.fail(e);
    }
    return call;
  }

  /**
   * Like {@link #begin}, if the thread waits for this call alone: an interrupt is checked first.
   */
  Call beginAwaited(Call call, Supplier<Receipt> prepare) {
    if (Thread.currentThread().isInterrupted()) {
      call.fail(interrupted());
      return call;
    }
    return begin(call, prepare);
  }

  /**
   * Like {@link #begin}, if the thread waits for a batch: an interrupt is checked only after a
   * feedback that cannot be sent has been refused.
   */
  Call beginInBatch(Call call, Supplier<Receipt> prepare) {
    return begin(
        call,
        () -> {
          Receipt receipt = prepare.get();
          if (Thread.currentThread().isInterrupted()) {
            throw interrupted();
          }
          return receipt;
        });
  }

  /** The error for a thread that was interrupted before anything was sent. */
  FeedbackException interrupted() {
    return Failure.undelivered(provider, Reason.INTERRUPTED, 0, false);
  }

  /** The error of a closed client; empty if it is open. */
  Optional<FeedbackException> closed() {
    lock.lock();
    try {
      return closed ? Optional.of(Failure.CLOSED.of(provider)) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isHeld(Call call, Receipt receipt) {
    lock.lock();
    try {
      if (holding && !closed) {
        held.put(call, receipt);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns a future, which also reports what prevented the call from beginning. */
  static <T> CompletableFuture<T> future(Supplier<CompletableFuture<T>> begin) {
    try {
      return begin.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  void release() {
    Map<Call, Receipt> released = new LinkedHashMap<>();
    locked(
        () -> {
          holding = false;
          released.putAll(held);
          held.clear();
        });
    released.forEach(this::end);
  }

  private void end(Call call, Receipt receipt) {
    Supplier<? extends FeedbackException> failure;
    lock.lock();
    try {
      if (call.isDone()) {
        return; // cancelled or interrupted while it was held: uses up no failure
      }
      failure = closed ? () -> Failure.CLOSED.of(provider) : next.poll();
      failure = failure == null ? otherwise : failure;
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      call.accept(receipt);
    } else {
      call.fail(failure.get());
    }
  }

  /** Accepts nothing new; what is held was already sent, and may have arrived. */
  void close() {
    List<Call> ended = new ArrayList<>();
    locked(
        () -> {
          closed = true;
          ended.addAll(held.keySet());
          held.clear();
        });
    ended.forEach(call -> call.fail(Failure.undelivered(provider, Reason.CLOSED, 1, true)));
  }

  int held() {
    lock.lock();
    try {
      return (int) held.keySet().stream().filter(call -> !call.isDone()).count();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
