package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A {@link Polling} under way: asks and waits as the polling says. Holds no thread. */
final class PollingRun<T> {
  private final ClientCalls calls;
  private final Polling<T> polling;
  private final long begun;
  private final CompletableFuture<T> ended = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private int attempts;
  private @Nullable Reason stopped;
  private @Nullable Call call;
  private Scheduler.@Nullable Alarm waiting;

  PollingRun(ClientCalls calls, Polling<T> polling) {
    this.calls = calls;
    this.polling = polling;
    this.begun = calls.time.nanoTime();
  }

  /** Completes once, with a result or a {@link FeedbackException}. */
  CompletableFuture<T> ended() {
    return ended;
  }

  void begin() {
    try {
      Scheduler.Alarm expiry = calls.time.schedule(() -> stop(Reason.TIMEOUT), polling.timeout());
      var unused = ended.whenComplete((result, error) -> expiry.cancel());
    } catch (RuntimeException | Error e) { // no memory
      ended.completeExceptionally(e);
      return;
    }
    take(polling::begin);
  }

  private void take(Supplier<Polling.Step<T>> next) {
    try {
      Polling.Step<T> step = next.get();
      if (step instanceof Polling.Send<T> send) {
        ask(new Call(calls, send.request()));
      } else if (step instanceof Polling.Wait<T> wait) {
        rest(wait.time());
      } else {
        ended.complete(((Polling.Done<T>) step).result());
      }
    } catch (RuntimeException | Error e) { // or nobody would hear of the end
      ended.completeExceptionally(e);
    }
  }

  private void ask(Call next) {
    if (endIfStopped(null)) {
      return;
    }
    next.start();
    Reason reason;
    lock.lock();
    try {
      call = next;
      reason = stopped;
    } finally {
      lock.unlock();
    }
    if (reason != null) {
      next.stop(reason, reason == Reason.CLOSED);
    }
    var unused =
        next.ended()
            .thenAccept(
                result -> {
                  try {
                    answered(result);
                  } catch (RuntimeException | Error e) { // as in take()
                    ended.completeExceptionally(e);
                  }
                });
  }

  private void answered(CallResult result) {
    FeedbackException error = result.error();
    lock.lock();
    try {
      call = null;
      attempts += result.attempts();
    } finally {
      lock.unlock();
    }
    if (error == null) {
      ProviderResponse response = Objects.requireNonNull(result.response());
      take(() -> polling.accepted(response, effort()));
    } else if (!endIfStopped(error)) {
      take(() -> polling.failed(error, effort()));
    }
  }

  private void rest(Duration time) {
    lock.lock();
    try {
      if (stopped == null) {
        waiting = calls.time.schedule(this::wake, time);
      }
    } finally {
      lock.unlock();
    }
    endIfStopped(null);
  }

  private void wake() {
    lock.lock();
    try {
      if (stopped != null) {
        return; // whoever stopped it ends it
      }
      waiting = null;
    } finally {
      lock.unlock();
    }
    take(polling::waited);
  }

  /** Ends it for a reason of the caller's; does nothing if it ended already. */
  void stop(Reason reason) {
    try {
      stopNow(reason);
    } catch (RuntimeException | Error e) { // as in take()
      ended.completeExceptionally(e);
    }
  }

  private void stopNow(Reason reason) {
    Call onItsWay;
    boolean atRest;
    lock.lock();
    try {
      if (stopped != null || ended.isDone()) {
        return;
      }
      stopped = reason;
      onItsWay = call;
      atRest = waiting != null;
      if (waiting != null) {
        waiting.cancel();
      }
    } finally {
      lock.unlock();
    }
    if (onItsWay != null) {
      onItsWay.stop(reason, reason == Reason.CLOSED);
    } else if (atRest) {
      endIfStopped(null);
    }
  }

  private boolean endIfStopped(@Nullable FeedbackException error) {
    Reason reason;
    lock.lock();
    try {
      reason = stopped;
    } finally {
      lock.unlock();
    }
    if (reason == null) {
      return false;
    }
    FeedbackException stopped = polling.stopped(reason, error, effort());
    calls.gaveUp(stopped);
    ended.completeExceptionally(stopped);
    return true;
  }

  private Polling.Effort effort() {
    lock.lock();
    try {
      return new Polling.Effort(attempts, Duration.ofNanos(calls.time.nanoTime() - begun));
    } finally {
      lock.unlock();
    }
  }
}
