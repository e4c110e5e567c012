package io.github.llmfeedback.client;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.NonBlocking;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.Engine;
import io.github.llmfeedback.engine.PollingRuns;
import io.github.llmfeedback.engine.Submissions;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks a {@link Dialect} over HTTP. Provider modules extend it with their doors:
 * how it is made, and what only their provider can do. Thread-safe.
 */
public abstract class HttpFeedbackClient implements FeedbackClient, NonBlocking {
  final Engine<?> engine;
  private final Submissions<?> submissions;
  private final PollingRuns pollingRuns;

  /** A client at the end of {@code connection}. */
  protected <W> HttpFeedbackClient(
      ApiEndpoint connection, ClientSettings settings, Dialect<W> dialect) {
    this(engine(SharedThreads.acquire(), null, connection, settings, dialect));
  }

  /** A client with a time of its own, for tests of the engine. */
  <W> HttpFeedbackClient(
      Time time, ApiEndpoint connection, ClientSettings settings, Dialect<W> dialect) {
    this(engine(SharedThreads.acquire(), time, connection, settings, dialect));
  }

  private static <W> Engine<W> engine(
      SharedThreads threads,
      @Nullable Time time,
      ApiEndpoint connection,
      ClientSettings settings,
      Dialect<W> dialect) {
    try {
      return new Engine<>(threads, time == null ? threads : time, connection, settings, dialect);
    } catch (RuntimeException e) {
      threads.release();
      throw e;
    }
  }

  private <W> HttpFeedbackClient(Engine<W> engine) {
    this.engine = engine;
    this.submissions = new Submissions<>(engine);
    this.pollingRuns = new PollingRuns(engine);
  }

  @Override
  public final Receipt submit(Feedback feedback) {
    return engine.submit(feedback).await();
  }

  @Override
  public final CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    return engine.submit(feedback).future();
  }

  @Override
  public final List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    return submissions.submitAll(feedbacks).await();
  }

  @Override
  public final CompletableFuture<List<Outcome>> submitAllAsync(
      Collection<? extends Feedback> feedbacks) {
    return submissions.submitAll(feedbacks).future();
  }

  @Override
  public final BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    return submissions.submitEach(feedbacks, eachOutcome);
  }

  /** The way of {@link io.github.llmfeedback.SupportsUpdate#update}. */
  protected final Receipt replace(Receipt receipt, Feedback feedback) {
    return engine.update(receipt, feedback).await();
  }

  /** As {@link #replace}, without waiting. */
  protected final CompletableFuture<Receipt> replaceAsync(Receipt receipt, Feedback feedback) {
    return engine.update(receipt, feedback).future();
  }

  /** The way of {@link io.github.llmfeedback.SupportsRetract#retract}. */
  protected final Receipt takeBack(Receipt receipt) {
    return engine.retract(receipt).await();
  }

  /** As {@link #takeBack}, without waiting. */
  protected final CompletableFuture<Receipt> takeBackAsync(Receipt receipt) {
    return engine.retract(receipt).future();
  }

  /**
   * Submits one that stands for no {@link Feedback}, for what only one provider has, as {@link
   * #submit} does.
   *
   * @param dialect the one that this client was made with
   * @param one gives it, or says what is wrong with it
   */
  protected final <W> Receipt deliver(Dialect<W> dialect, Supplier<Encoded<W>> one) {
    return own(dialect).submitEncoded(one).await();
  }

  /** As {@link #deliver}, without waiting; every error comes through the future. */
  protected final <W> CompletableFuture<Receipt> deliverAsync(
      Dialect<W> dialect, Supplier<Encoded<W>> one) {
    return own(dialect).submitEncoded(one).future();
  }

  /**
   * Submits several that stand for no {@link Feedback}, in lists, as {@link #submitAll} does.
   *
   * @param dialect the one that this client was made with
   * @param accepted makes a result of the place in the list and the receipt
   * @param failed makes a result of the place in the list and the error
   * @return one result each, in input order
   */
  protected final <W, R> List<R> deliverAll(
      Dialect<W> dialect,
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return submissions(dialect).submitAllEncoded(all, accepted, failed).await();
  }

  /** As {@link #deliverAll}, without waiting. */
  protected final <W, R> CompletableFuture<List<R>> deliverAllAsync(
      Dialect<W> dialect,
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return submissions(dialect).submitAllEncoded(all, accepted, failed).future();
  }

  @SuppressWarnings("unchecked") // the dialect is the engine's, so is its wire object
  private <W> Submissions<W> submissions(Dialect<W> dialect) {
    var unused = own(dialect);
    return (Submissions<W>) submissions;
  }

  @SuppressWarnings("unchecked") // as above
  private <W> Engine<W> own(Dialect<W> dialect) {
    if (!engine.speaks(dialect)) {
      throw new IllegalArgumentException("the dialect must be the one this client was made with");
    }
    return (Engine<W>) engine;
  }

  /** The receipt that a feedback would get, which nothing was sent for: no attempts, no time. */
  protected final Receipt draft(Feedback feedback) {
    return engine.draft(feedback);
  }

  /** Sends what is no feedback, as patiently as feedback, and reads what the dialect accepts. */
  protected final <T> T ask(WireRequest request, Function<ProviderResponse, T> read) {
    return engine.ask(request, read).await();
  }

  /** Holds a dialogue and waits for its end. */
  protected final <T> T hold(Polling<T> dialogue) {
    return pollingRuns.poll(dialogue).await();
  }

  /** As {@link #hold}, without waiting. */
  protected final <T> CompletableFuture<T> holdAsync(Polling<T> dialogue) {
    return pollingRuns.poll(dialogue).future();
  }

  @Override
  public final List<Loss> check(Feedback feedback) {
    return engine.check(feedback);
  }

  @Override
  public final Capabilities capabilities() {
    return engine.capabilities();
  }

  @Override
  public final void close() {
    engine.close(pollingRuns::close);
  }

  /** The provider and the host, never a key. */
  @Override
  public final String toString() {
    return getClass().getSimpleName() + " (" + engine.endpoint() + ")";
  }
}
