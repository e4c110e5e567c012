package io.github.llmfeedback.fanout;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.StoppableFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one fan-out, one for each client: each ends by itself, at the deadline, or when
 * nobody waits any more. Calls are added by one thread, which then asks for the result once.
 *
 * <p>A client may be anybody's: whatever it does, in whatever it is asked, is its own outcome.
 *
 * @param <R> what the caller gets for each client
 */
final class FanOutCalls<R> {
  /** How long a client that is told to stop has to say how its call ended. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private static final AtomicInteger COUNT = new AtomicInteger();

  /**
   * Tells the time. Not {@link CompletableFuture#orTimeout}: its thread is the JDK's own, stays for
   * ever, and would keep the class loader of whoever was the first to use it.
   */
  private static final ScheduledThreadPoolExecutor TIMER =
      new ScheduledThreadPoolExecutor(1, FanOutCalls::daemon);

  /**
   * Where the calls of clients that may block begin, and where calls end that the deadline ends:
   * what callers hung on a future must not stop time.
   */
  private static final Executor THREADS =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), FanOutCalls::daemon);

  static {
    TIMER.setRemoveOnCancelPolicy(true);
    TIMER.setKeepAliveTime(5, TimeUnit.SECONDS);
    TIMER.allowCoreThreadTimeOut(true);
  }

  private final Duration deadline;
  private final List<Feedback> feedbacks;
  private final Set<Target> targets;
  private final Function<List<Outcome>, R> form;
  private final long begun = System.nanoTime();
  private final Map<String, Call<?>> calls = new LinkedHashMap<>();

  /**
   * Calls that carry {@code feedbacks}.
   *
   * @param form makes what the caller gets of one outcome for each feedback
   */
  FanOutCalls(Duration deadline, List<Feedback> feedbacks, Function<List<Outcome>, R> form) {
    this.deadline = deadline;
    this.feedbacks = feedbacks;
    this.targets = feedbacks.stream().map(Feedback::target).collect(Collectors.toSet());
    this.form = form;
  }

  /**
   * Adds a client's call.
   *
   * @param read the outcomes in the client's answer, in the order of the feedbacks
   */
  <C> void add(
      FanOutMember member,
      Supplier<CompletableFuture<C>> begin,
      Function<C, ? extends List<@Nullable Outcome>> read) {
    calls.put(member.name(), new Call<>(member, begin, read));
  }

  /** Begins the calls and gives every client's result; ending this future ends the calls. */
  CompletableFuture<Map<String, R>> future() {
    CompletableFuture<Map<String, R>> all = new CompletableFuture<>();
    Runnable late =
        () ->
            stop(
                new Stop(
                    Reason.TIMEOUT,
                    "had not ended when the fan-out did",
                    new TimeoutException("the fan-out's deadline was " + deadline)));
    Future<?> alarm =
        TIMER.schedule(() -> onThread(late), deadline.toNanos(), TimeUnit.NANOSECONDS);
    CompletableFuture<?> unused =
        CompletableFuture.allOf(
                calls.values().stream()
                    .map(call -> call.result)
                    .toArray(CompletableFuture<?>[]::new))
            .thenRun(
                () -> {
                  alarm.cancel(false); // before the caller's callbacks, which may take their time
                  all.complete(results());
                });
    unused =
        all.whenComplete(
            (results, error) -> {
              alarm.cancel(false);
              calls.values().forEach(Call::abandon);
            });
    calls.values().forEach(Call::begin);
    return all;
  }

  /** A thread that keeps no program from ending. */
  static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "llm-feedback-fan-out-" + COUNT.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /** Runs what may take its time on a daemon thread. */
  static void onThread(Runnable task) {
    try {
      THREADS.execute(task);
    } catch (OutOfMemoryError e) { // there is no memory for a thread
      task.run();
    }
  }

  /** As {@link #future}, waited for; an interrupt ends the calls. */
  Map<String, R> await() {
    Stop interrupted = new Stop(Reason.INTERRUPTED, "was interrupted", null);
    if (Thread.currentThread().isInterrupted()) {
      stop(interrupted); // and so none begins
    }
    CompletableFuture<Map<String, R>> all = future();
    try {
      return all.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop(interrupted);
      return all.join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fan-out always ends normally", e);
    }
  }

  private Map<String, R> results() {
    Map<String, R> results = new LinkedHashMap<>();
    calls.forEach((name, call) -> results.put(name, form.apply(call.result.join())));
    return Collections.unmodifiableMap(results);
  }

  private void stop(Stop why) {
    calls.values().forEach(call -> call.stop(why));
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private List<Outcome> failed(FeedbackException error) {
    return IntStream.range(0, feedbacks.size())
        .mapToObj(i -> Outcome.failed(i, feedbacks.get(i), error))
        .toList();
  }

  /**
   * Why the fan-out ends a call.
   *
   * @param what the end of a sentence about the client
   */
  private record Stop(Reason reason, String what, @Nullable Throwable cause) {}

  /** One client's call and what it comes to. */
  private final class Call<C> {
    private final FanOutMember member;
    private final Supplier<CompletableFuture<C>> begin;
    private final Function<C, ? extends List<@Nullable Outcome>> read;
    private final FanOutQueue.Start start = new FanOutQueue.Start(targets, this::start);
    private final CompletableFuture<List<Outcome>> result = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock();
    private boolean started;
    private @Nullable CompletableFuture<C> running;
    private @Nullable Stop stopped;

    Call(
        FanOutMember member,
        Supplier<CompletableFuture<C>> begin,
        Function<C, ? extends List<@Nullable Outcome>> read) {
      this.member = member;
      this.begin = begin;
      this.read = read;
    }

    void begin() {
      member.begin(start);
    }

    /** Calls the client, unless the call ended before its turn came. */
    private void start() {
      lock.lock();
      try {
        if (stopped != null) {
          return;
        }
        started = true;
      } finally {
        lock.unlock();
      }
      CompletableFuture<C> future;
      try {
        future = Objects.requireNonNull(begin.get(), "the client gave no future");
      } catch (Throwable bug) { // a client of the application's own, be it Kotlin, must not throw
        told(null, bug);
        return;
      }
      boolean late;
      lock.lock();
      try {
        running = future;
        late = stopped != null;
      } finally {
        lock.unlock();
      }
      if (late) {
        end(future);
      } else {
        hear(future);
      }
    }

    private void hear(CompletableFuture<C> future) {
      try {
        var unused = future.whenComplete(this::told);
      } catch (Throwable bug) { // a future of the client's own making
        told(null, bug);
      }
    }

    /** What the client says; the first that is said counts. */
    private void told(@Nullable C answer, @Nullable Throwable thrown) {
      List<Outcome> outcomes;
      try {
        outcomes =
            thrown == null
                ? fitting(
                    read.apply(Objects.requireNonNull(answer, "the client completed with null")))
                : failed(error(thrown));
      } catch (Throwable bug) { // its list, its exception: all of it may be of its own making
        outcomes = failed(ownError(bug));
      }
      result.complete(outcomes);
    }

    /** Ends the call, with what the client can say of it. */
    void stop(Stop why) {
      CompletableFuture<C> future;
      boolean hasStarted;
      lock.lock();
      try {
        if (stopped != null || result.isDone()) {
          return;
        }
        stopped = why;
        hasStarted = started;
        future = running;
      } finally {
        lock.unlock();
      }
      if (!hasStarted) {
        member.queue().remove(start);
        result.complete(failed(ended(why, member.provider(), 0, false, why.cause())));
      } else if (future == null) {
        giveUp(why); // the client has not come back from being asked
      } else {
        Future<?> unused =
            TIMER.schedule(
                () -> onThread(() -> giveUp(why)), GRACE.toNanos(), TimeUnit.NANOSECONDS);
        onThread(
            () -> {
              end(future);
              if (!(future instanceof StoppableFuture<C>)) {
                giveUp(why);
              }
            });
      }
    }

    /** Ends the call because nobody wants to hear of it any more. */
    void abandon() {
      CompletableFuture<C> future;
      lock.lock();
      try {
        if (stopped != null || result.isDone()) {
          return;
        }
        stopped = new Stop(Reason.CANCELLED, "was cancelled", null);
        future = running;
      } finally {
        lock.unlock();
      }
      member.queue().remove(start);
      if (future != null) {
        onThread(() -> end(future));
      }
    }

    /** Tells the client to stop, and hears what it says to that. */
    private void end(CompletableFuture<C> future) {
      try {
        if (future instanceof StoppableFuture<C> own) {
          hear(own.stop());
          return;
        }
        future.cancel(true);
        if (future.isDone()) {
          hear(future);
        }
      } catch (Throwable bug) {
        // Then it does not stop, and is not listened to.
      }
    }

    /** The client does not say how its call ended. */
    private void giveUp(Stop why) {
      result.complete(failed(ended(why, member.provider(), 0, true, why.cause())));
    }

    /** The client's outcomes by their places, whatever they say they are about. */
    private List<Outcome> fitting(List<@Nullable Outcome> given) {
      List<@Nullable Outcome> known = new ArrayList<>(given);
      while (known.size() < feedbacks.size()) {
        known.add(null);
      }
      List<@Nullable Outcome> own = known.subList(0, feedbacks.size());
      FeedbackException missing =
          broken(
              Reason.CONNECTION_LOST,
              "gave an outcome for %d of %d feedbacks"
                  .formatted(own.stream().filter(Objects::nonNull).count(), feedbacks.size()),
              null);
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < own.size(); i++) {
        Outcome outcome = own.get(i);
        Feedback feedback = feedbacks.get(i);
        outcomes.add(
            outcome != null && outcome.isAccepted()
                ? Outcome.accepted(i, feedback, outcome.orThrow())
                : Outcome.failed(
                    i,
                    feedback,
                    outcome == null ? missing : retold(outcome.error().orElseThrow())));
      }
      return Collections.unmodifiableList(outcomes);
    }

    private FeedbackException error(Throwable thrown) {
      Throwable error = thrown;
      for (int i = 0; i < 10 && isWrapping(error) && error.getCause() != null; i++) {
        error = error.getCause();
      }
      if (error instanceof FeedbackException known) {
        return retold(known);
      } else if (error instanceof CancellationException) {
        Stop why = stopped();
        return why == null
            ? broken(Reason.CANCELLED, "was cancelled", error)
            : ended(why, member.provider(), 0, true, why.cause());
      }
      return ownError(error);
    }

    private static boolean isWrapping(Throwable error) {
      return error instanceof CompletionException || error instanceof ExecutionException;
    }

    /** To be cancelled is what the fan-out did to it, for a reason that the caller should hear. */
    private FeedbackException retold(FeedbackException error) {
      Stop why = stopped();
      return why != null
              && error instanceof UndeliveredFeedbackException undelivered
              && undelivered.reason() == Reason.CANCELLED
          ? ended(why, error.provider(), error.attempts(), error.mayHaveArrived(), error)
          : error;
    }

    private @Nullable Stop stopped() {
      lock.lock();
      try {
        return stopped;
      } finally {
        lock.unlock();
      }
    }

    private FeedbackException ended(
        Stop why,
        String provider,
        int attempts,
        boolean mayHaveArrived,
        @Nullable Throwable cause) {
      return new UndeliveredFeedbackException(
          provider,
          why.reason(),
          attempts,
          elapsed(),
          mayHaveArrived,
          member.name()
              + " "
              + why.what()
              + (mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored"),
          cause);
    }

    private FeedbackException ownError(Throwable bug) {
      return broken(Reason.CONNECTION_LOST, "failed with an error of its own", bug);
    }

    private FeedbackException broken(Reason reason, String what, @Nullable Throwable cause) {
      return ended(new Stop(reason, what, cause), member.provider(), 0, true, cause);
    }
  }
}
