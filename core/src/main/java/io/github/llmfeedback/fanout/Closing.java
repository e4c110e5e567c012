package io.github.llmfeedback.fanout;

import io.github.llmfeedback.concurrent.SharedThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a fan-out's clients, each on its own thread, so that the waits do not add up. */
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger("io.github.llmfeedback.fan-out");

  private final Duration timeout;
  private final long end;
  private final List<ClientClosing> closings = new ArrayList<>();

  /** Begins to close the clients. */
  Closing(Collection<Member> members, Duration timeout) {
    this.timeout = timeout;
    this.end = System.nanoTime() + timeout.toNanos();
    for (Member member : members) {
      FutureTask<@Nullable Void> task = new FutureTask<>(() -> close(member), null);
      ClientClosing closing = new ClientClosing(member.name(), task, SharedThreads.daemon(task));
      closings.add(closing);
      closing.begin();
    }
  }

  /** Closes a client, once it has been called for everything that was submitted before. */
  private void close(Member member) {
    try {
      member.queue().awaitIdle(timeout.dividedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    member.client().close();
  }

  /**
   * Waits until all are closed, or the time is up; an interrupt is passed on to each of them, and
   * the wait goes on.
   */
  void await() {
    boolean interrupted = false;
    Throwable failure = null;
    List<String> open = new ArrayList<>();
    for (ClientClosing closing : closings) {
      while (true) {
        try {
          closing.task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          closings.forEach(each -> each.thread.interrupt());
        } catch (TimeoutException e) {
          open.add(closing.name);
          break;
        } catch (ExecutionException e) {
          failure = with(failure, e.getCause());
          break;
        }
      }
    }
    if (!open.isEmpty()) {
      warn(open);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      Closing.<RuntimeException>throwUnchecked(failure);
    }
  }

  /** A logger that throws, as on a full disk, must not keep the fan-out from closing. */
  private void warn(List<String> open) {
    try {
      LOG.warn(
          "the fan-out closes without {}, which did not close within {} ms; what they had in flight"
              + " may be lost",
          String.join(", ", open),
          timeout.toMillis());
    } catch (RuntimeException | Error e) {
      // Nothing else can report it.
    }
  }

  /** Kotlin, for one, throws checked exceptions from anywhere. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwUnchecked(Throwable e) throws T {
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

  private record ClientClosing(String name, FutureTask<@Nullable Void> task, Thread thread) {
    void begin() {
      try {
        thread.start();
      } catch (OutOfMemoryError e) { // no memory for a thread
        task.run();
      }
    }
  }
}
