package io.github.llmfeedback.client;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Operation;
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
import java.time.Duration;
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
 * A client that submits feedback over HTTP in a provider's {@link Dialect}. Provider modules extend
 * it with how their client is created and with what only their provider can do. Thread-safe.
 */
public abstract class HttpFeedbackClient implements FeedbackClient, NonBlocking {
  final Engine<?> engine;
  private final Submissions<?> submissions;
  private final PollingRuns<?> pollingRuns;

  /** A client of the API at {@code endpoint}. */
  protected <W> HttpFeedbackClient(
      ApiEndpoint endpoint, ClientSettings settings, Dialect<W> dialect) {
    this(engine(SharedThreads.acquire(), null, endpoint, settings, dialect));
  }

  /** A client with its own source of time, for tests of the engine. */
  <W> HttpFeedbackClient(
      Time time, ApiEndpoint endpoint, ClientSettings settings, Dialect<W> dialect) {
    this(engine(SharedThreads.acquire(), time, endpoint, settings, dialect));
  }

  private static <W> Engine<W> engine(
      SharedThreads threads,
      @Nullable Time time,
      ApiEndpoint endpoint,
      ClientSettings settings,
      Dialect<W> dialect) {
    try {
      return new Engine<>(threads, time == null ? threads : time, endpoint, settings, dialect);
    } catch (RuntimeException | Error e) {
      threads.release();
      throw e;
    }
  }

  private <W> HttpFeedbackClient(Engine<W> engine) {
    this.engine = engine;
    this.submissions = new Submissions<>(engine);
    this.pollingRuns = new PollingRuns<>(engine);
  }

  @Override
  public final Receipt submit(Feedback feedback) {
    return engine.submit(feedback).await();
  }

  @Override
  public final CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    return engine.submitAsync(engine.submit(feedback));
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

  /**
   * Changes stored feedback, as {@link io.github.llmfeedback.SupportsUpdate#update} specifies. A
   * client whose provider supports this implements that interface and overrides this method as
   * public.
   */
  protected Receipt update(Receipt receipt, Feedback feedback) {
    return engine.update(receipt, feedback).await();
  }

  /** Like {@link #update}, but without waiting. */
  protected CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return engine.update(receipt, feedback).future();
  }

  /**
   * Retracts stored feedback, as {@link io.github.llmfeedback.SupportsRetract#retract} specifies. A
   * client whose provider supports this implements that interface and overrides this method as
   * public.
   */
  protected Receipt retract(Receipt receipt) {
    return engine.retract(receipt).await();
  }

  /** Like {@link #retract}, but without waiting. */
  protected CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return engine.retract(receipt).future();
  }

  /**
   * Submits what the provider's client encoded itself, because no {@link Feedback} can state it;
   * otherwise like {@link #submit}.
   *
   * @param dialect the one that this client was created with
   * @param encoded encodes it, or throws an exception that says what is wrong with it
   */
  protected final <W> Receipt submitEncoded(Dialect<W> dialect, Supplier<Encoded<W>> encoded) {
    return own(dialect).submitEncoded(encoded).await();
  }

  /**
   * Like {@link #submitEncoded}, but without waiting; every error is reported through the future.
   */
  protected final <W> CompletableFuture<Receipt> submitEncodedAsync(
      Dialect<W> dialect, Supplier<Encoded<W>> encoded) {
    return engine.submitAsync(own(dialect).submitEncoded(encoded));
  }

  /**
   * Submits several of what {@link #submitEncoded} submits, in lists, as {@link #submitAll} does.
   *
   * @param dialect the one that this client was created with
   * @param accepted creates a result from the index in the list and the receipt
   * @param failed creates a result from the index in the list and the error
   * @return one result for each, in input order
   */
  protected final <W, R> List<R> submitAllEncoded(
      Dialect<W> dialect,
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return submissions(dialect).submitAllEncoded(all, accepted, failed).await();
  }

  /** Like {@link #submitAllEncoded}, but without waiting. */
  protected final <W, R> CompletableFuture<List<R>> submitAllEncodedAsync(
      Dialect<W> dialect,
      List<Encoded<W>> all,
      BiFunction<Integer, Receipt, R> accepted,
      BiFunction<Integer, FeedbackException, R> failed) {
    return submissions(dialect).submitAllEncoded(all, accepted, failed).future();
  }

  @SuppressWarnings("unchecked") // the dialect is the engine's, and so is its wire type
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

  /**
   * The receipt that a feedback would get, without sending anything: it has no attempts and no
   * elapsed time.
   */
  protected final Receipt draft(Feedback feedback) {
    return engine.draft(feedback);
  }

  /** Sends a request that contains no feedback, with the same retries, and reads the response. */
  protected final <T> T ask(WireRequest request, Function<ProviderResponse, T> read) {
    return engine.ask(request, read).await();
  }

  /** Like {@link #ask}, but without waiting; every error is reported through the future. */
  protected final <T> CompletableFuture<T> askAsync(
      WireRequest request, Function<ProviderResponse, T> read) {
    return engine.ask(request, read).future();
  }

  /** Runs {@code polling}, which carries no feedback, and waits until it ends. */
  protected final <T> T poll(Polling<T> polling) {
    return pollingRuns.poll(polling).await();
  }

  /** Like {@link #poll}, but without waiting. */
  protected final <T> CompletableFuture<T> pollAsync(Polling<T> polling) {
    return pollingRuns.poll(polling).future();
  }

  /**
   * Runs a polling for one feedback and waits until it ends, which is the outcome of the feedback.
   *
   * @param operation what it is for; not {@link Operation#READ}
   * @param polling creates the polling, or throws what is the outcome
   */
  protected final Receipt poll(Operation operation, Supplier<? extends Polling<Receipt>> polling) {
    return pollingRuns.poll(operation, polling).await();
  }

  /** Like {@link #poll(Operation, Supplier)}, but without waiting. */
  protected final CompletableFuture<Receipt> pollAsync(
      Operation operation, Supplier<? extends Polling<Receipt>> polling) {
    return pollingRuns.poll(operation, polling).future();
  }

  /**
   * Runs one polling for each feedback and waits until all have ended. Many run at once, without a
   * thread for each. Those of feedback on one target run one after the other, in input order.
   *
   * <p>Feedback that cannot be encoded fails without a polling. A polling that has not begun when
   * the time is up fails with the reason {@code TIMEOUT}, and nothing of it was sent. An interrupt,
   * like the closing of the client, ends all pollings; every feedback still gets its outcome.
   *
   * @param timeout how long all of them may take together
   * @param polling creates the polling of a feedback from its {@linkplain #draft draft} and the
   *     time that is left, at least a millisecond; a {@link FeedbackException} that it throws is
   *     the outcome
   * @return one outcome for each feedback, in input order
   */
  protected final List<Outcome> pollAll(
      Collection<? extends Feedback> feedbacks,
      Duration timeout,
      BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
    return pollingRuns.pollAll(feedbacks, timeout, polling).await();
  }

  /**
   * Like {@link #pollAll}, but without waiting; every error is reported through the future, and
   * cancelling it ends all pollings.
   */
  protected final CompletableFuture<List<Outcome>> pollAllAsync(
      Collection<? extends Feedback> feedbacks,
      Duration timeout,
      BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
    return pollingRuns.pollAll(feedbacks, timeout, polling).future();
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
  public final ClientStats stats() {
    return engine.stats();
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
