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
 * One client's call in a fan-out and what it comes to: it ends by itself, or when it is stopped.
 *
 * <p>The client may be anybody's: whatever it does, in whatever it is asked, is its own outcome.
 *
 * @param <C> what the client's future gives
 */
final class MemberCall<C> {
  /** How long a client that is told to stop has to say how its call ended. */
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
   * @param size how many things it is about
   * @param targets what they are about; calls on one target begin in order
   * @param read one result for each thing in what the client gives, in order
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

  /** Completes once, normally: one result for each thing, in order. */
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
  private void told(@Nullable C given, @Nullable Throwable thrown) {
    List<Result> own;
    try {
      own =
          thrown == null
              ? fitting(read.apply(Objects.requireNonNull(given, "the client completed with null")))
              : failed(error(thrown));
    } catch (Throwable bug) { // its list, its exception: all of it may be of its own making
      own = failed(ownError(bug));
    }
    results.complete(own);
  }

  /** Ends the call, with what the client can say of it. */
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
      giveUp(why); // the client has not come back from being asked
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
    results.complete(failed(ended(why, member.provider(), 0, true, why.cause())));
  }

  /** One result for each thing, however many the client gave. */
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
      fitting.add(result == null ? missing : error == null ? result : Result.failed(retold(error)));
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
      return retold(known);
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
      Stop why, String provider, int attempts, boolean mayHaveArrived, @Nullable Throwable cause) {
    return UndeliveredFeedbackException.builder(provider, why.reason())
        .attempts(attempts)
        .elapsed(Duration.ofNanos(threads.nanoTime() - begun))
        .mayHaveArrived(mayHaveArrived)
        .message(
            member.name()
                + " "
                + why.what()
                + (mayHaveArrived ? "; the feedback may have arrived" : "; surely not stored"))
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
   * Why a call is ended from outside.
   *
   * @param what the end of a sentence about the client
   */
  record Stop(Reason reason, String what, @Nullable Throwable cause) {}

  /**
   * What became of one thing.
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
