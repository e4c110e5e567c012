package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Work;
import java.util.concurrent.Executor;

/**
 * Completes one client's futures: never on a thread that makes calls or on the timer's, not even if
 * the user's executor runs tasks on the thread that submits them, or rejects them.
 */
final class Callbacks {
  private final Executor executor;
  private final boolean isUsers;
  private final PendingWork pending;

  Callbacks(SharedThreads threads, ClientSettings settings, PendingWork pending) {
    this.pending = pending;
    Executor own = threads.callbacks();
    isUsers = settings.callbackExecutor().isPresent();
    executor =
        settings
            .callbackExecutor()
            .<Executor>map(users -> task -> own.execute(() -> executeOn(task, users)))
            .orElse(own);
  }

  private static void executeOn(Runnable task, Executor users) {
    try {
      users.execute(task);
    } catch (RuntimeException | Error e) { // it rejects the task: better here than never
      task.run();
    }
  }

  /**
   * What will complete a future; a closing client and an exiting JVM wait for it. Created before
   * the work begins, so that completing the future needs no memory.
   */
  Work.Teller completion(Runnable complete) {
    PendingWork.Piece piece = pending.beginAsync();
    Runnable completion = () -> piece.complete(complete);
    Runnable retried = () -> OutOfMemoryRetry.run(completion);
    return new Work.Teller() {
      @Override
      public void complete() {
        if (isUsers) {
          piece.end(); // do not wait for the user's executor: close() may run on its only thread
        }
        try {
          executor.execute(retried);
        } catch (RuntimeException | Error e) {
          // The last client is closed, and the shared threads too; or no memory for a thread.
          retried.run();
        }
      }

      @Override
      public void discard() {
        piece.end();
      }
    };
  }
}
