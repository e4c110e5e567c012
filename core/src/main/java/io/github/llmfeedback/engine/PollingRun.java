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

/** A {@link Polling} that is being held: it does what the dialogue says. Holds no thread. */
final class PollingRun<T> {
  private final ClientCalls carrier;
  private final Polling<T> dialogue;
  private final long begun;
  private final CompletableFuture<T> end = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private int attempts;
  private @Nullable Reason stopped;
  private @Nullable Call call;
  private Scheduler.@Nullable Alarm waiting;

  PollingRun(ClientCalls carrier, Polling<T> dialogue) {
    this.carrier = carrier;
    this.dialogue = dialogue;
    this.begun = carrier.time.nanoTime();
  }

  /** Completes once, with a result or a {@link FeedbackException}. */
  CompletableFuture<T> end() {
    return end;
  }

  void begin() {
    try {
      Scheduler.Alarm expiry =
          carrier.time.schedule(() -> stop(Reason.TIMEOUT), dialogue.timeout());
      var unused = end.whenComplete((result, error) -> expiry.cancel());
    } catch (RuntimeException | Error e) { // no memory
      end.completeExceptionally(e);
      return;
    }
    take(dialogue::begin);
  }

  private void take(Supplier<Polling.Step<T>> next) {
    try {
      Polling.Step<T> step = next.get();
      if (step instanceof Polling.Send<T> send) {
        ask(new Call(carrier, send.request()));
      } else if (step instanceof Polling.Wait<T> wait) {
        rest(wait.time());
      } else {
        end.complete(((Polling.Done<T>) step).result());
      }
    } catch (RuntimeException | Error e) { // or nobody would hear of the end
      end.completeExceptionally(e);
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
        next.ending()
            .thenAccept(
                ending -> {
                  try {
                    heard(ending);
                  } catch (RuntimeException | Error e) { // as in take()
                    end.completeExceptionally(e);
                  }
                });
  }

  private void heard(CallResult ending) {
    FeedbackException error = ending.error();
    lock.lock();
    try {
      call = null;
      attempts += ending.attempts();
    } finally {
      lock.unlock();
    }
    if (error == null) {
      ProviderResponse answer = Objects.requireNonNull(ending.answer());
      take(() -> dialogue.accepted(answer, effort()));
    } else if (!endIfStopped(error)) {
      take(() -> dialogue.failed(error, effort()));
    }
  }

  private void rest(Duration time) {
    lock.lock();
    try {
      if (stopped == null) {
        waiting = carrier.time.schedule(this::wake, time);
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
    take(dialogue::waited);
  }

  /** Ends it for a reason of the caller's; does nothing if it ended already. */
  void stop(Reason reason) {
    try {
      stopNow(reason);
    } catch (RuntimeException | Error e) { // as in take()
      end.completeExceptionally(e);
    }
  }

  private void stopNow(Reason reason) {
    Call onItsWay;
    boolean atRest;
    lock.lock();
    try {
      if (stopped != null || end.isDone()) {
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
    FeedbackException stopped = dialogue.stopped(reason, error, effort());
    carrier.gaveUp(stopped);
    end.completeExceptionally(stopped);
    return true;
  }

  private Polling.Effort effort() {
    lock.lock();
    try {
      return new Polling.Effort(attempts, Duration.ofNanos(carrier.time.nanoTime() - begun));
    } finally {
      lock.unlock();
    }
  }
}
