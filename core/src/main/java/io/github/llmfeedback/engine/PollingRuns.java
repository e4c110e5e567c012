package io.github.llmfeedback.engine;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.spi.Polling;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pollings of one client: bounded in number, and ended when the client closes. */
public final class PollingRuns<W> {
  private final Engine<W> engine;

  /** Single pollings, and the pollings of lists. */
  private final Set<Stoppable> open = ConcurrentHashMap.newKeySet();

  /** How many single pollings are open; a list has a bound of its own. */
  private final AtomicInteger singles = new AtomicInteger();

  public PollingRuns(Engine<W> engine) {
    this.engine = engine;
  }

  /** Polls for what is no feedback. */
  public <T> Work<T> poll(Polling<T> polling) {
    return new PollingWork<>(Operation.READ, () -> polling);
  }

  /**
   * Polls for one feedback, whose outcome is the end of the polling.
   *
   * @param polling creates it, or refuses to
   */
  public Work<Receipt> poll(Operation operation, Supplier<? extends Polling<Receipt>> polling) {
    return new PollingWork<>(operation, polling);
  }

  /**
   * Polls for each feedback of a list; gives one outcome for each, in input order.
   *
   * @param timeout how long all of them may take together
   * @param polling creates a polling from the receipt of what was not sent yet and the time left
   */
  public Work<List<Outcome>> pollAll(
      Collection<? extends Feedback> feedbacks,
      Duration timeout,
      BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
    return new ListWork(feedbacks, timeout, polling);
  }

  /** Lets requests in flight finish and ends everything else; the client admits no more. */
  public void close() {
    open.forEach(run -> run.stop(Reason.CLOSED));
  }

  /** Admits something that close() must end and wait for; returns whether the client is open. */
  private boolean admit(Stoppable run, CompletableFuture<?> end) {
    open.add(run);
    PendingWork.@Nullable Piece admitted = engine.calls.work.admit();
    var unused =
        end.whenComplete(
            (result, error) -> {
              open.remove(run);
              if (admitted != null) {
                admitted.end();
              }
            });
    return admitted != null;
  }

  /** One polling, as work of the client. */
  private final class PollingWork<T> extends OutcomeWork<T> {
    private final Supplier<? extends Polling<T>> polling;

    /** Why it was stopped before it began. */
    private volatile @Nullable Reason stopped;

    private volatile @Nullable PollingRun<T> begun;

    /** Completes, always normally, when the outcome is known. */
    private volatile CompletableFuture<?> ended = new CompletableFuture<>();

    PollingWork(Operation operation, Supplier<? extends Polling<T>> polling) {
      super(engine.callbacks, engine.calls, operation);
      this.polling = polling;
    }

    @Override
    protected void begin() {
      try {
        begin(new PollingRun<>(engine.calls, given, polling.get()));
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      }
    }

    private void begin(PollingRun<T> run) {
      begun = run;
      ended = run.ended().handle((result, error) -> note(result, error));
      boolean isOpen = admit(run, ended);
      boolean hasRoom = singles.incrementAndGet() <= engine.settings.maxPending();
      var unused = ended.whenComplete((end, error) -> singles.decrementAndGet());
      if (stopped != null) {
        run.stop(stopped);
      }
      if (!hasRoom) {
        run.stop(Reason.FULL);
      } else if (!isOpen) {
        run.stop(Reason.CLOSED);
      }
      run.begin();
    }

    private @Nullable Void note(@Nullable T result, @Nullable Throwable error) {
      if (error != null) {
        failed(error);
      } else if (result != null) {
        accepted(result);
      }
      return null;
    }

    @Override
    public void stop(Reason reason) {
      PollingRun<T> run = begun;
      if (run == null) {
        stopped = reason;
      } else {
        run.stop(reason);
      }
    }

    @Override
    protected CompletableFuture<?> ended() {
      return ended;
    }

    @Override
    T outcome() {
      try {
        return Objects.requireNonNull(begun, "the polling has not begun").ended().join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof FeedbackException error) {
          throw error;
        }
        throw e;
      }
    }
  }

  /** The pollings of one list, as work of the client. */
  private final class ListWork extends EngineWork<List<Outcome>> {
    private final Collection<? extends Feedback> feedbacks;
    private final Duration timeout;
    private final BiFunction<Receipt, Duration, Polling<Receipt>> polling;
    private final CallGroup group = new CallGroup();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private List<BatchItem<W>> items = List.of();

    ListWork(
        Collection<? extends Feedback> feedbacks,
        Duration timeout,
        BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
      super(engine.callbacks, engine.calls);
      this.feedbacks = feedbacks;
      this.timeout = timeout;
      this.polling = polling;
    }

    @Override
    protected void begin() {
      Objects.requireNonNull(timeout, "timeout must not be null");
      items = Submissions.read(engine.calls, feedbacks);
      PollingListRun<W> run = new PollingListRun<>(engine, polling, group);
      boolean isOpen = admit(group, ended);
      try {
        if (!isOpen) {
          group.stop(Reason.CLOSED);
        }
        var unused = run.run(items, timeout).whenComplete((ok, bug) -> ended.complete(null));
      } catch (RuntimeException | Error e) { // out of memory; end what has begun
        group.stop(Reason.CANCELLED);
        items.forEach(item -> item.failed(engine.calls.lost()));
        ended.complete(null);
        throw e;
      }
    }

    @Override
    public void stop(Reason reason) {
      group.stop(reason);
    }

    @Override
    protected CompletableFuture<Void> ended() {
      return ended;
    }

    @Override
    List<Outcome> outcome() {
      return items.stream().map(BatchItem::outcome).toList();
    }
  }
}
