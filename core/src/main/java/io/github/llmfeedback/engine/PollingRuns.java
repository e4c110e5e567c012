package io.github.llmfeedback.engine;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
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

  /** Polls in the steps of {@code polling}. */
  public <T> Work<T> poll(Polling<T> polling) {
    return new PollingWork<>(polling);
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
  private final class PollingWork<T> extends EngineWork<T> {
    private final PollingRun<T> run;

    PollingWork(Polling<T> polling) {
      super(engine.callbacks, engine.calls);
      run = new PollingRun<>(engine.calls, polling);
    }

    @Override
    protected void begin() {
      boolean isOpen = admit(run, run.ended());
      boolean hasRoom = singles.incrementAndGet() <= engine.settings.maxPending();
      var unused = run.ended().whenComplete((end, error) -> singles.decrementAndGet());
      if (!hasRoom) {
        run.stop(Reason.FULL);
      } else if (!isOpen) {
        run.stop(Reason.CLOSED);
      }
      run.begin();
    }

    @Override
    public void stop(Reason reason) {
      run.stop(reason);
    }

    @Override
    protected CompletableFuture<T> ended() {
      return run.ended();
    }

    @Override
    T outcome() {
      try {
        return run.ended().join();
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
      items = Submissions.read(feedbacks);
      Objects.requireNonNull(timeout, "timeout must not be null");
      PollingListRun<W> run = new PollingListRun<>(engine, polling, group);
      boolean isOpen = admit(group, ended);
      try {
        if (!isOpen) {
          group.stop(Reason.CLOSED);
        }
        var unused = run.run(items, timeout).whenComplete((ok, bug) -> ended.complete(null));
      } catch (RuntimeException | Error e) { // out of memory; end what has begun
        group.stop(Reason.CANCELLED);
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
