package io.github.llmfeedback;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one fan-out, one for each client: each ends by itself, at the deadline, or when
 * nobody waits any more. Calls are added by one thread, which then asks for the result once.
 *
 * @param <R> what the caller gets for each client
 */
final class FanOutCalls<R> {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /**
   * Tells the time. Not {@link CompletableFuture#orTimeout}: its thread is the JDK's own, stays for
   * ever, and would keep the class loader of whoever was the first to use it.
   */
  private static final ScheduledThreadPoolExecutor TIMER =
      new ScheduledThreadPoolExecutor(1, FanOutCalls::daemon);

  /** Where calls end that the deadline ends; what callers hung on a future must not stop time. */
  private static final Executor THREADS =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), FanOutCalls::daemon);

  static {
    TIMER.setRemoveOnCancelPolicy(true);
    TIMER.setKeepAliveTime(5, TimeUnit.SECONDS);
    TIMER.allowCoreThreadTimeOut(true);
  }

  private final Duration deadline;
  private final long begun = System.nanoTime();
  private final Map<String, Call<?>> calls = new LinkedHashMap<>();

  FanOutCalls(Duration deadline) {
    this.deadline = deadline;
  }

  /** Begins a client's call. */
  <C> void add(
      String name,
      FeedbackClient client,
      Supplier<CompletableFuture<C>> begin,
      Function<? super C, ? extends R> accepted,
      Function<? super FeedbackException, ? extends R> failed) {
    CompletableFuture<C> running;
    try {
      running = Objects.requireNonNull(begin.get(), "the client gave no future");
    } catch (Throwable bug) { // a client of the application's own, be it Kotlin, must not throw
      running = CompletableFuture.failedFuture(bug);
    }
    calls.put(name, new Call<>(name, client, running, accepted, failed));
  }

  /** Every client's result; ending this future in any way ends the calls. */
  CompletableFuture<Map<String, R>> future() {
    CompletableFuture<Map<String, R>> all = new CompletableFuture<>();
    Runnable late =
        () -> stop(Reason.TIMEOUT, "had not ended when the fan-out did", new TimeoutException());
    Future<?> alarm =
        TIMER.schedule(() -> THREADS.execute(late), deadline.toNanos(), TimeUnit.NANOSECONDS);
    CompletableFuture<?> unused =
        CompletableFuture.allOf(
                calls.values().stream()
                    .map(call -> call.result)
                    .toArray(CompletableFuture<?>[]::new))
            .thenRun(
                () -> {
                  end(alarm); // before the caller's callbacks, which may take their time
                  all.complete(results());
                });
    unused = all.whenComplete((results, error) -> end(alarm));
    return all;
  }

  private void end(Future<?> alarm) {
    alarm.cancel(false);
    calls.values().forEach(call -> call.running.cancel(true)); // does nothing to what has ended
  }

  /** A thread that keeps no program from ending. */
  static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "llm-feedback-fan-out-" + COUNT.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /** As {@link #future}, waited for; an interrupt ends the calls. */
  Map<String, R> await() {
    CompletableFuture<Map<String, R>> all = future();
    try {
      return all.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop(Reason.INTERRUPTED, "was interrupted", e);
      return all.join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fan-out always ends normally", e);
    }
  }

  private Map<String, R> results() {
    Map<String, R> results = new LinkedHashMap<>();
    calls.forEach((name, call) -> results.put(name, call.result.join()));
    return Collections.unmodifiableMap(results);
  }

  private void stop(Reason reason, String what, Throwable cause) {
    calls.values().forEach(call -> call.stop(reason, what, cause));
  }

  /** One client's call and what it comes to. */
  private final class Call<C> {
    private final String name;
    private final FeedbackClient client;
    private final CompletableFuture<C> running;
    private final Function<? super C, ? extends R> accepted;
    private final Function<? super FeedbackException, ? extends R> failed;
    private final CompletableFuture<R> result = new CompletableFuture<>();

    Call(
        String name,
        FeedbackClient client,
        CompletableFuture<C> running,
        Function<? super C, ? extends R> accepted,
        Function<? super FeedbackException, ? extends R> failed) {
      this.name = name;
      this.client = client;
      this.running = running;
      this.accepted = accepted;
      this.failed = failed;
      var unused = told().thenAccept(result::complete);
    }

    /** What the client tells. */
    private CompletableFuture<R> told() {
      return running.<R>thenApply(accepted).exceptionally(thrown -> failed.apply(error(thrown)));
    }

    void stop(Reason reason, String what, Throwable cause) {
      if (running.isDone()) {
        result.complete(told().join()); // it came to know at the last moment
      } else if (!result.isDone()) {
        result.complete(failed.apply(broken(reason, what, cause)));
      }
    }

    private FeedbackException error(Throwable thrown) {
      Throwable error =
          thrown instanceof CompletionException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      if (error instanceof FeedbackException known) {
        return known;
      }
      return error instanceof CancellationException
          ? broken(Reason.CANCELLED, "was cancelled", error)
          : broken(Reason.CONNECTION_LOST, "failed with an error of its own", error);
    }

    private FeedbackException broken(Reason reason, String what, @Nullable Throwable cause) {
      return new UndeliveredFeedbackException(
          client.capabilities().provider(),
          reason,
          0,
          Duration.ofNanos(System.nanoTime() - begun),
          true,
          name + " " + what + "; the feedback may have arrived",
          cause);
    }
  }
}
