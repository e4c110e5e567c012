package io.github.llmfeedback.engine;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.spi.Encoded;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Whole lists, waited for or not, and streams of any length. */
public final class Submissions<W> {
  private final Engine<W> engine;

  public Submissions(Engine<W> engine) {
    this.engine = engine;
  }

  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    List<BatchItem<W>> items = items(feedbacks);
    await(items);
    return outcomes(items);
  }

  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    return async(() -> items(feedbacks), Submissions::outcomes);
  }

  /** As {@link #submitAll}, of what stands for no {@link Feedback}. */
  public <R> List<R> deliverAll(
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    List<BatchItem<W>> items = prepared(all);
    await(items);
    return results(items, accepted, failed);
  }

  /** As {@link #deliverAll}, without waiting. */
  public <R> CompletableFuture<List<R>> deliverAllAsync(
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return async(() -> prepared(all), items -> results(items, accepted, failed));
  }

  private List<BatchItem<W>> prepared(List<Encoded<W>> all) {
    List<BatchItem<W>> items = new ArrayList<>(all.size());
    all.forEach(each -> items.add(new BatchItem<>(items.size(), null, each)));
    return items;
  }

  private static <W, R> List<R> results(
      List<BatchItem<W>> items,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    List<R> results = new ArrayList<>(items.size());
    for (BatchItem<W> item : items) {
      results.add(item.result(results.size(), accepted, failed));
    }
    return results;
  }

  private void await(List<BatchItem<W>> items) {
    CallGroup scope = engine.scope();
    if (Thread.currentThread().isInterrupted()) {
      scope.stop(Reason.INTERRUPTED);
    }
    CompletableFuture<Void> done = new BatchRun<>(engine).send(items, scope);
    try {
      done.get();
    } catch (InterruptedException e) {
      scope.stop(Reason.INTERRUPTED);
      Thread.currentThread().interrupt();
      done.join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a batch always ends normally", e);
    }
  }

  private <R> CompletableFuture<R> async(
      Supplier<List<BatchItem<W>>> prepare, Function<List<BatchItem<W>>, R> outcome) {
    List<BatchItem<W>> items;
    try {
      items = prepare.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    CallGroup scope = engine.scope();
    PendingWork.Piece pending = engine.carrier.work.beginAsync();
    CompletableFuture<Void> done;
    try {
      done = new BatchRun<>(engine).send(items, scope);
    } catch (RuntimeException | Error e) {
      pending.end();
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<R> result =
        new StoppableFuture<>(
            () -> {
              scope.stop(Reason.CANCELLED);
              return done.thenApply(ok -> outcome.apply(items));
            });
    Completion<R> telling = engine.telling(result, pending, () -> outcome.apply(items));
    var unused = done.thenRun(telling::begin);
    unused = result.thenRun(() -> {}).whenComplete((ok, e) -> scope.stop(Reason.CANCELLED));
    return result;
  }

  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    return new StreamRun<>(engine, feedbacks, eachOutcome).run();
  }

  private List<BatchItem<W>> items(Collection<? extends Feedback> feedbacks) {
    List<Feedback> given =
        new ArrayList<>(Objects.requireNonNull(feedbacks, "feedbacks must not be null"));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
    }
    List<BatchItem<W>> items = new ArrayList<>(given.size());
    for (Feedback feedback : given) {
      items.add(engine.item(items.size(), feedback));
    }
    return items;
  }

  private static <W> List<Outcome> outcomes(List<BatchItem<W>> items) {
    return items.stream().map(BatchItem::outcome).toList();
  }
}
