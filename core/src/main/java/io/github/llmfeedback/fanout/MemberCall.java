package io.github.llmfeedback.fanout;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.StoppableFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client's call in a fan-out and its results: it ends by itself, or when it is stopped.
 *
 * <p>The client may be anybody's code: whatever any of its methods throws or returns becomes a
 * result of this client alone.
 *
 * @param <C> what the client's future completes with
 */
final class MemberCall<C> {
  /** How long a client that is asked to stop has to report how its call ended. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private final Member member;
  private final int size;
  private final Supplier<CompletableFuture<C>> begin;
  private final Function<C, ? extends List<@Nullable Result>> read;
  private final MemberQueue.Start start;
  private final CompletableFuture<List<Result>> results = new CompletableFuture<>();
  private final SharedThreads threads;
  private final long begun;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean started;
  private @Nullable CompletableFuture<C> running;
  private @Nullable Stop stopped;

  /**
   * A call that has not begun.
   *
   * @param size how many feedbacks or receipts it concerns
   * @param targets their targets; calls on one target begin in order
   * @param read returns one result for each feedback or receipt, in order, from what the client
   *     gives
   */
  MemberCall(
      Member member,
      SharedThreads threads,
      int size,
      Set<Target> targets,
      Supplier<CompletableFuture<C>> begin,
      Function<C, ? extends List<@Nullable Result>> read) {
    this.member = member;
    this.threads = threads;
    this.size = size;
    this.begin = begin;
    this.read = read;
    start = new MemberQueue.Start(targets, this::start);
    begun = threads.nanoTime();
  }

  /** Completes once, normally: one result for each feedback or receipt, in order. */
  CompletableFuture<List<Result>> results() {
    return results;
  }

  void begin() {
    member.begin(start, threads);
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
    } catch (Throwable bug) { // an application's own client may throw anything, as from Kotlin
      completed(null, bug);
      return;
    }
    boolean isStopped;
    lock.lock();
    try {
      running = future;
      isStopped = stopped != null;
    } finally {
      lock.unlock();
    }
    if (isStopped) {
      end(future);
    } else {
      listenTo(future);
    }
  }

  private void listenTo(CompletableFuture<C> future) {
    try {
      var unused = future.whenComplete(this::completed);
    } catch (Throwable bug) { // the future may be the client's own class
      completed(null, bug);
    }
  }

  /** Takes the client's result or error; the first one counts. */
  private void completed(@Nullable C given, @Nullable Throwable thrown) {
    List<Result> own;
    try {
      own =
          thrown == null
              ? fitting(read.apply(Objects.requireNonNull(given, "the client completed with null")))
              : failed(error(thrown));
    } catch (Throwable bug) { // its list and its exception may be its own classes
      own = failed(ownError(bug));
    }
    results.complete(own);
  }

  /** Ends the call, with what the client can report about it. */
  void stop(Stop why) {
    CompletableFuture<C> future;
    boolean hasStarted;
    lock.lock();
    try {
      if (stopped != null || results.isDone()) {
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
      results.complete(failed(ended(why, member.provider(), 0, false, why.cause())));
    } else if (future == null) {
      giveUp(why); // the client's method has not returned
    } else {
      var unused = threads.schedule(() -> threads.run(() -> giveUp(why)), GRACE);
      threads.run(
          () -> {
            end(future);
            if (!(future instanceof StoppableFuture<C>)) {
              giveUp(why);
            }
          });
    }
  }

  /** Asks the client to stop, and takes the result that it then reports. */
  private void end(CompletableFuture<C> future) {
    try {
      if (future instanceof StoppableFuture<C> own) {
        listenTo(own.stop());
        return;
      }
      future.cancel(true);
      if (future.isDone()) {
        listenTo(future);
      }
    } catch (Throwable bug) {
      // Then it does not stop, and its result is not awaited.
    }
  }

  /** Ends the call as uncertain, because the client did not report how it ended. */
  private void giveUp(Stop why) {
    results.complete(failed(ended(why, member.provider(), 0, true, why.cause())));
  }

  /** One result for each feedback or receipt, however many the client gave. */
  private List<Result> fitting(List<@Nullable Result> given) {
    List<@Nullable Result> known = new ArrayList<>(given);
    while (known.size() < size) {
      known.add(null);
    }
    List<@Nullable Result> own = known.subList(0, size);
    Result missing =
        Result.failed(
            broken(
                Reason.CONNECTION_LOST,
                "gave an outcome for %d of %d feedbacks"
                    .formatted(own.stream().filter(Objects::nonNull).count(), size),
                null));
    List<Result> fitting = new ArrayList<>();
    for (Result result : own) {
      FeedbackException error = result == null ? null : result.error();
      fitting.add(
          result == null ? missing : error == null ? result : Result.failed(withStopReason(error)));
    }
    return Collections.unmodifiableList(fitting);
  }

  private List<Result> failed(FeedbackException error) {
    return Collections.nCopies(size, Result.failed(error));
  }

  private FeedbackException error(Throwable thrown) {
    Throwable error = thrown;
    for (int i = 0; i < 10 && isWrapping(error) && error.getCause() != null; i++) {
      error = error.getCause();
    }
    if (error instanceof FeedbackException known) {
      return withStopReason(known);
    } else if (error instanceof CancellationException) {
      Stop why = stopped();
      return why == null
          ? broken(Reason.CANCELLED, "was cancelled", error)
          : ended(why, member.provider(), 0, true, why.cause());
    } else if (error instanceof IllegalArgumentException && member.isOwn()) { // sent nothing
      return UnrepresentableFeedbackException.builder(
              member.provider(), String.valueOf(error.getMessage()))
          .build();
    }
    return ownError(error);
  }

  private static boolean isWrapping(Throwable error) {
    return error instanceof CompletionException || error instanceof ExecutionException;
  }

  /** Replaces CANCELLED, which the fan-out caused, by the reason for which it stopped the call. */
  private FeedbackException withStopReason(FeedbackException error) {
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
      Stop why, String provider, int attempts, boolean mayHaveArrived, @Nullable Throwable cause) {
    return UndeliveredFeedbackException.builder(provider, why.reason())
        .attempts(attempts)
        .elapsed(Duration.ofNanos(threads.nanoTime() - begun))
        .mayHaveArrived(mayHaveArrived)
        .message(
            member.name()
                + " "
                + why.what()
                + (mayHaveArrived ? "; the feedback may have arrived" : "; it was not stored"))
        .cause(cause)
        .build();
  }

  private FeedbackException ownError(Throwable bug) {
    return broken(Reason.CONNECTION_LOST, "failed with an error of its own", bug);
  }

  private FeedbackException broken(Reason reason, String what, @Nullable Throwable cause) {
    return ended(new Stop(reason, what, cause), member.provider(), 0, true, cause);
  }

  /**
   * Why the fan-out ends a call.
   *
   * @param what the rest of a sentence whose subject is the client
   */
  record Stop(Reason reason, String what, @Nullable Throwable cause) {}

  /**
   * The result for one feedback or receipt.
   *
   * @param receipt null if there is an error
   * @param error null if there is a receipt
   */
  record Result(@Nullable Receipt receipt, @Nullable FeedbackException error) {
    static Result accepted(Receipt receipt) {
      return new Result(receipt, null);
    }

    static Result failed(FeedbackException error) {
      return new Result(null, error);
    }

    static Result of(Outcome outcome) {
      return outcome.isAccepted()
          ? accepted(outcome.orThrow())
          : failed(outcome.error().orElseThrow());
    }
  }
}
