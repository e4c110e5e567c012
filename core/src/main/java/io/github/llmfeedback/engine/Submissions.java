package io.github.llmfeedback.engine;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.spi.Encoded;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Submits whole lists, and streams of any length. */
public final class Submissions<W> {
  private final Engine<W> engine;

  public Submissions(Engine<W> engine) {
    this.engine = engine;
  }

  /** Submits a list; gives one outcome for each feedback, in input order. */
  public Work<List<Outcome>> submitAll(Collection<? extends Feedback> feedbacks) {
    return new ListWork<>(
        () -> read(engine.calls, feedbacks),
        items -> items.stream().map(BatchItem::outcome).toList());
  }

  /** Like {@link #submitAll}, for encoded items that are not a {@link Feedback}. */
  public <R> Work<List<R>> submitAllEncoded(
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return new ListWork<>(() -> items(all), items -> results(items, accepted, failed));
  }

  private List<BatchItem<W>> items(List<Encoded<W>> all) {
    Telemetry.Given given = engine.calls.telemetry.given(Operation.SUBMIT, all.size());
    List<BatchItem<W>> items = new ArrayList<>(all.size());
    all.forEach(each -> items.add(new BatchItem<>(given, items.size(), each)));
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

  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    return new StreamRun<>(engine, feedbacks, eachOutcome).run();
  }

  /** The items of a list, none of which is encoded yet. */
  static <W> List<BatchItem<W>> read(ClientCalls calls, Collection<? extends Feedback> feedbacks) {
    List<Feedback> given =
        new ArrayList<>(Objects.requireNonNull(feedbacks, "feedbacks must not be null"));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
    }
    List<BatchItem<W>> items = new ArrayList<>(given.size());
    Telemetry.Given together = calls.telemetry.given(Operation.SUBMIT, given.size());
    for (Feedback feedback : given) {
      items.add(new BatchItem<>(together, items.size(), feedback));
    }
    return items;
  }

  /** One list, as work of the client. */
  private final class ListWork<R> extends EngineWork<R> {
    private final Supplier<List<BatchItem<W>>> prepare;
    private final Function<List<BatchItem<W>>, R> outcomes;
    private final CallGroup group = engine.group();
    private List<BatchItem<W>> items = List.of();
    private @Nullable CompletableFuture<Void> ended;

    ListWork(Supplier<List<BatchItem<W>>> prepare, Function<List<BatchItem<W>>, R> outcomes) {
      super(engine.callbacks, engine.calls);
      this.prepare = prepare;
      this.outcomes = outcomes;
    }

    @Override
    protected void begin() {
      items = prepare.get();
      ended = new BatchRun<>(engine).send(items, group);
    }

    @Override
    public void stop(Reason reason) {
      group.stop(reason);
    }

    @Override
    protected CompletableFuture<Void> ended() {
      return Objects.requireNonNull(ended, "the batch has not begun");
    }

    @Override
    R outcome() {
      return outcomes.apply(items);
    }
  }
}
