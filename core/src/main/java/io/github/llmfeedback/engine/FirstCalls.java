package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.concurrent.Work;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The first calls of a JVM, which load hundreds of classes. The first client rehearses one in the
 * background; an asynchronous call that comes earlier waits for that, but its caller does not.
 * Thread-safe.
 */
final class FirstCalls {
  /** This JVM's. */
  static final FirstCalls INSTANCE = new FirstCalls();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean isRehearsed;
  private volatile boolean isReady;

  /**
   * Rehearses a call, unless one was rehearsed before.
   *
   * @param executor runs it; it may take a second
   */
  void rehearse(Executor executor, Runnable rehearsal) {
    lock.lock();
    try {
      if (isRehearsed) {
        return;
      }
      isRehearsed = true;
    } finally {
      lock.unlock();
    }
    try {
      executor.execute(
          () -> {
            try {
              rehearsal.run();
            } catch (RuntimeException | Error e) {
              // The first call will meet it too, and its caller will hear of it.
            }
            beginWaiting();
          });
    } catch (RuntimeException | Error e) { // no memory for a thread
      beginWaiting();
    }
  }

  private void beginWaiting() {
    Runnable next;
    while ((next = next()) != null) {
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        // Out of memory even for telling it; the others begin all the same.
      }
    }
  }

  /** The next call to begin; null, and from then on ready, if there is none. */
  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable next = waiting.poll();
      if (next == null) {
        isReady = true;
        ready.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins an asynchronous call, here or after the rehearsal.
   *
   * @param callbacks completes the future of a call that begins later
   */
  <T> CompletableFuture<T> begin(Work<T> work, Callbacks callbacks) {
    return isReady ? work.future() : beginLater(work, callbacks);
  }

  private <T> CompletableFuture<T> beginLater(Work<T> work, Callbacks callbacks) {
    CompletableFuture<CompletableFuture<T>> begun = new CompletableFuture<>();
    StoppableFuture<T> future =
        new StoppableFuture<>(() -> begun.thenCompose(StoppableFuture::stopped));
    Work.Teller teller = callbacks.completion(() -> copy(begun.join(), future));
    Runnable beginning =
        () -> {
          if (future.isDone()) { // cancelled before anything was sent
            begun.complete(CompletableFuture.failedFuture(new CancellationException()));
            work.neverBegins();
            teller.discard();
            return;
          }
          CompletableFuture<T> own;
          try {
            own = work.innerFuture(); // it is the teller that is pending: no call counts twice
          } catch (RuntimeException | Error e) { // no memory
            own = CompletableFuture.failedFuture(e);
          }
          begun.complete(own);
          var unused = own.whenComplete((result, error) -> teller.complete());
        };
    var unused =
        future.whenComplete(
            (result, error) -> {
              var ignored = begun.thenAccept(own -> own.cancel(false)); // or it is done
            });
    lock.lock();
    try {
      if (!isReady) {
        waiting.add(beginning);
        return future;
      }
    } finally {
      lock.unlock();
    }
    beginning.run();
    return future;
  }

  private static <T> void copy(CompletableFuture<T> from, CompletableFuture<T> to) {
    var unused =
        from.whenComplete(
            (result, error) -> {
              if (error == null) {
                to.complete(result);
              } else {
                to.completeExceptionally(error);
              }
            });
  }

  /** Waits until every call that was begun so far is under way, at most for a time. */
  void await(Duration limit) {
    boolean wasInterrupted = false;
    lock.lock();
    try {
      long left = limit.toNanos();
      while (!isReady && isRehearsed && left > 0) {
        left = ready.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      wasInterrupted = true;
    } finally {
      lock.unlock();
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
