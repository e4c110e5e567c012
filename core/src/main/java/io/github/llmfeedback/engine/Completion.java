package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Surely;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Completes a user's future on the callback executor. Made before the work begins, so that its end
 * needs no memory to be told.
 */
final class Completion<T> implements Runnable {
  private final CompletableFuture<T> future;
  private final PendingWork.Piece pending;
  private final Supplier<T> result;
  private final Executor callbacks;
  private final boolean areUsers;
  private final Runnable telling;

  /**
   * The telling of what has not ended.
   *
   * @param pending ends when the future's callbacks have run, as far as they run on our threads
   * @param result the end, once there is one
   * @param areUsers whether the callbacks run on an executor of the user's
   */
  Completion(
      CompletableFuture<T> future,
      PendingWork.Piece pending,
      Supplier<T> result,
      Executor callbacks,
      boolean areUsers) {
    this.future = future;
    this.pending = pending;
    this.result = result;
    this.callbacks = callbacks;
    this.areUsers = areUsers;
    Runnable completing = this::complete;
    telling = () -> pending.tell(completing);
  }

  /** Tells the end, on another thread if one is to be had. */
  void begin() {
    if (areUsers) {
      pending.end(); // when it runs is the user's business, who may close on its only thread
    }
    try {
      callbacks.execute(this);
    } catch (RuntimeException | Error e) {
      // The last client is closed, and our threads with it; or there is no memory for a thread.
      run();
    }
  }

  @Override
  public void run() {
    Surely.run(telling);
  }

  private void complete() {
    try {
      future.complete(result.get());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }
}
