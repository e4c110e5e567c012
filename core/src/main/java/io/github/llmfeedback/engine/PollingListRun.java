package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.SerialLoop;
import io.github.llmfeedback.spi.Polling;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The pollings of one list, all at once: one that waits holds up nobody. Those on one target run
 * one after the other, in input order: a later one must not overwrite what an earlier one still
 * waits to see.
 */
final class PollingListRun<W> {
  private final Engine<W> engine;
  private final ClientCalls calls;
  private final BiFunction<Receipt, Duration, Polling<Receipt>> polling;
  private final CallGroup group;

  /** A permit for each request at once, so that single calls have room beside the list. */
  private final AsyncSemaphore requests;

  private long ends;

  private final ReentrantLock lock = new ReentrantLock();

  /** The targets on which a polling runs. */
  private final Map<String, OnTarget> busy = new HashMap<>();

  PollingListRun(
      Engine<W> engine, BiFunction<Receipt, Duration, Polling<Receipt>> polling, CallGroup group) {
    this.engine = engine;
    this.calls = engine.calls;
    this.polling = polling;
    this.group = group;
    this.requests =
        new AsyncSemaphore(Math.min(engine.settings.concurrency(), engine.settings.maxPending()));
  }

  /** Runs them within the timeout; when the future completes, each item has its outcome. */
  CompletableFuture<Void> run(List<BatchItem<W>> items, Duration timeout) {
    ends = calls.time.nanoTime() + timeout.toNanos();
    Scheduler.Alarm expiry = calls.time.schedule(() -> group.stop(Reason.TIMEOUT), timeout);
    return SerialLoop.through(items.iterator(), Integer.MAX_VALUE, this::afterEarlier)
        .whenComplete(
            (ok, bug) -> {
              expiry.cancel();
              for (BatchItem<W> item : items) {
                if (!item.isDone()) { // out of memory: normally each has its outcome
                  item.failed(calls.lost());
                }
              }
            });
  }

  /** Polls for an item now, or leaves it to the run that is busy with its target. */
  private CompletableFuture<Void> afterEarlier(BatchItem<W> item) {
    CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
    engine.encode(item); // the first are on the wire while the last are not encoded yet
    if (item.isDone()) {
      return done;
    }
    OnTarget mine = new OnTarget(item);
    OutOfMemoryRetry.lock(lock);
    try {
      OnTarget earlier = busy.putIfAbsent(mine.target, mine);
      if (earlier != null) {
        earlier.later.add(item);
        return done;
      }
    } finally {
      lock.unlock();
    }
    return SerialLoop.through(mine, 1, this::poll);
  }

  private CompletableFuture<Void> poll(BatchItem<W> item) {
    CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
    Duration left = Duration.ofNanos(ends - calls.time.nanoTime());
    Reason reason = group.stopped().orElse(left.toMillis() > 0 ? null : Reason.TIMEOUT);
    if (reason != null) {
      unsent(item, reason);
      return done;
    }
    PollingRun<Receipt> run;
    try {
      Polling<Receipt> own = polling.apply(engine.draft(item.encoded()), left);
      run = new PollingRun<>(calls, item.given(), own, requests);
    } catch (RuntimeException | Error e) { // or the item would have no outcome
      item.failed(e instanceof FeedbackException error ? error : engine.unencodable(e));
      return done;
    }
    group.add(run, run.ended());
    run.begin();
    return run.ended()
        .handle(
            (receipt, error) -> {
              if (error == null) {
                item.accepted(receipt);
              } else {
                item.failed(
                    error instanceof FeedbackException failure ? failure : run.broken(error));
              }
              return null;
            });
  }

  private void unsent(BatchItem<W> item, Reason reason) {
    FeedbackException error = calls.unsent(reason);
    item.failed(error);
    calls.gaveUp(error);
    calls.countIfClosed(error, 1);
  }

  /** The items on one target, as they come to their turn; more may be added until it has ended. */
  private final class OnTarget implements Iterator<BatchItem<W>> {
    final String target;
    final Deque<BatchItem<W>> later = new ArrayDeque<>();
    private boolean hasEnded;

    OnTarget(BatchItem<W> first) {
      target = first.encoded().target();
      later.add(first);
    }

    /** Asked while none of them runs. */
    @Override
    public boolean hasNext() {
      OutOfMemoryRetry.lock(lock);
      try {
        if (later.isEmpty() && !hasEnded) {
          hasEnded = true;
          busy.remove(target);
        }
        return !hasEnded;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public BatchItem<W> next() {
      OutOfMemoryRetry.lock(lock);
      try {
        @Nullable BatchItem<W> next = later.poll();
        if (next == null) {
          throw new NoSuchElementException();
        }
        return next;
      } finally {
        lock.unlock();
      }
    }
  }
}
