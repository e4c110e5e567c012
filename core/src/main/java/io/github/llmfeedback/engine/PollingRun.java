package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a {@link Polling}: sends and waits as its steps say. Holds no thread while it waits. */
final class PollingRun<T> implements Stoppable {
  private final ClientCalls calls;
  private final Telemetry.Given given;
  private final Polling<T> polling;
  private final @Nullable AsyncSemaphore requests;
  private final long begun;
  private final CompletableFuture<T> ended = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean hasFailed = new AtomicBoolean();
  private int attempts;
  private @Nullable Reason stopped;
  private @Nullable Call call;
  private Scheduler.@Nullable Alarm waiting;

  PollingRun(ClientCalls calls, Telemetry.Given given, Polling<T> polling) {
    this(calls, given, polling, null);
  }

  /**
   * A polling that has not begun.
   *
   * @param requests has a permit for each request that is sent at once, if there is a bound
   */
  PollingRun(
      ClientCalls calls,
      Telemetry.Given given,
      Polling<T> polling,
      @Nullable AsyncSemaphore requests) {
    this.calls = calls;
    this.given = given;
    this.polling = polling;
    this.requests = requests;
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
    } catch (RuntimeException | Error e) { // out of memory
      fail(e);
      return;
    }
    perform(polling::begin);
  }

  private void perform(Supplier<Polling.Step<T>> next) {
    try {
      Polling.Step<T> step = next.get();
      if (step instanceof Polling.Send<T> send) {
        send(send.request());
      } else if (step instanceof Polling.Wait<T> wait) {
        waitFor(wait.time());
      } else {
        ended.complete(((Polling.Done<T>) step).result());
      }
    } catch (RuntimeException | Error e) { // or the future would never complete
      fail(e);
    }
  }

  /** Sends a request, as soon as there is a permit for it. */
  private void send(WireRequest request) {
    if (endIfStopped(null)) {
      return;
    } else if (requests == null) {
      start(new Call(calls, CallSpec.step(given, request)));
      return;
    }
    AsyncSemaphore bound = requests;
    BooleanSupplier taker = () -> takesPermit(request);
    if (!waits(() -> () -> bound.forget(taker))) {
      endIfStopped(null);
    } else {
      bound.acquire(taker);
    }
  }

  private boolean takesPermit(WireRequest request) {
    if (!wakes()) {
      return false;
    }
    try {
      start(new Call(calls, CallSpec.step(given, request)));
      return true;
    } catch (RuntimeException | Error e) { // as in perform()
      fail(e);
      return false;
    }
  }

  private void start(Call next) {
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
                    callEnded(result);
                  } catch (RuntimeException | Error e) { // as in perform()
                    fail(e);
                  }
                });
  }

  private void callEnded(CallResult result) {
    if (requests != null) {
      requests.release();
    }
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
      perform(() -> polling.accepted(response, effort()));
    } else if (!endIfStopped(error)) {
      perform(() -> polling.failed(error, effort()));
    }
  }

  private void waitFor(Duration time) {
    if (!waits(() -> calls.time.schedule(this::wake, time))) {
      endIfStopped(null);
    }
  }

  /** Begins a wait, unless it was stopped before: whoever stops it later ends it. */
  private boolean waits(Supplier<Scheduler.Alarm> wait) {
    lock.lock();
    try {
      if (stopped == null) {
        waiting = wait.get();
      }
      return stopped == null;
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    if (wakes()) {
      perform(polling::waited);
    }
  }

  /** Ends a wait; returns false if it was stopped, and ended by whoever stopped it. */
  private boolean wakes() {
    lock.lock();
    try {
      if (stopped == null) {
        waiting = null;
      }
      return stopped == null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void stop(Reason reason) {
    try {
      stopNow(reason);
    } catch (RuntimeException | Error e) { // as in perform()
      fail(e);
    }
  }

  private void stopNow(Reason reason) {
    Call current;
    boolean isWaiting;
    lock.lock();
    try {
      if (stopped != null || ended.isDone()) {
        return;
      }
      stopped = reason;
      current = call;
      isWaiting = waiting != null;
      if (waiting != null) {
        waiting.cancel();
      }
    } finally {
      lock.unlock();
    }
    if (current != null) {
      current.stop(reason, reason == Reason.CLOSED);
    } else if (isWaiting) {
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
    fail(polling.stopped(reason, error, effort()));
    return true;
  }

  /** Ends it with an error, of which it warns; those of its steps may have been no end. */
  private void fail(Throwable error) {
    if (!ended.isDone() && hasFailed.compareAndSet(false, true)) {
      try {
        if (error instanceof FeedbackException failure) {
          calls.gaveUp(failure);
          calls.countIfClosed(failure, 1);
        } else {
          calls.broke(error);
        }
      } catch (RuntimeException | Error e) {
        // The caller still gets the error.
      }
    }
    ended.completeExceptionally(error);
  }

  /** The failure of a feedback whose polling was ended by an error in this process. */
  FeedbackException broken(Throwable bug) {
    Polling.Effort effort = effort();
    Sent sent = new Sent(effort.attempts(), begun, effort.attempts() > 0);
    return calls.errors.broken(null, bug, sent, effort.elapsed());
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
