package io.github.llmfeedback;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** The closing of a fan-out's clients, each on a thread of its own, so that waits do not add up. */
final class FanOutClosing {
  private final List<FutureTask<@Nullable Void>> tasks = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /** Begins to close the clients. */
  FanOutClosing(Collection<FeedbackClient> clients) {
    for (FeedbackClient client : clients) {
      FutureTask<@Nullable Void> task = new FutureTask<>(client::close, null);
      Thread thread = FanOutCalls.daemon(task);
      tasks.add(task);
      threads.add(thread);
      thread.start();
    }
  }

  /** Waits until all are closed; an interrupt goes to each of them, and the wait goes on. */
  void await() {
    boolean interrupted = false;
    Throwable trouble = null;
    for (FutureTask<?> task : tasks) {
      while (true) {
        try {
          task.get();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          threads.forEach(Thread::interrupt);
        } catch (ExecutionException e) {
          trouble = with(trouble, e.getCause());
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (trouble != null) {
      FanOutClosing.<RuntimeException>throwAsItIs(trouble);
    }
  }

  /** Kotlin, for one, throws checked exceptions from anywhere. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwAsItIs(Throwable e) throws T {
    throw (T) e;
  }

  private static @Nullable Throwable with(@Nullable Throwable earlier, @Nullable Throwable e) {
    if (earlier == null) {
      return e;
    } else if (e != null && earlier != e) {
      earlier.addSuppressed(e);
    }
    return earlier;
  }
}
