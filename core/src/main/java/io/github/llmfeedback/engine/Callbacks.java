package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Surely;
import io.github.llmfeedback.concurrent.Work;
import java.util.concurrent.Executor;

/**
 * Where one client's futures complete: never on a thread that carries calls or tells the time, not
 * even if the user's executor runs its tasks on the thread that brings them, or takes no more.
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
            .<Executor>map(users -> task -> own.execute(() -> handOver(task, users)))
            .orElse(own);
  }

  private static void handOver(Runnable task, Executor users) {
    try {
      users.execute(task);
    } catch (RuntimeException | Error e) { // it takes no more: better here than never
      task.run();
    }
  }

  /**
   * What will complete a future, for which a closing client and an exiting JVM wait. Made before
   * the work begins, so that its end needs no memory to be told.
   */
  Work.Teller completion(Runnable complete) {
    PendingWork.Piece piece = pending.beginAsync();
    Runnable telling = () -> piece.tell(complete);
    Runnable surely = () -> Surely.run(telling);
    return new Work.Teller() {
      @Override
      public void tell() {
        if (isUsers) {
          piece.end(); // when it runs is the user's business, who may close on its only thread
        }
        try {
          executor.execute(surely);
        } catch (RuntimeException | Error e) {
          // The last client is closed, and our threads with it; or there is no memory for a thread.
          surely.run();
        }
      }

      @Override
      public void forget() {
        piece.end();
      }
    };
  }
}
