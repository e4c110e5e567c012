package io.github.llmfeedback.testing;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.concurrent.NonBlocking;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A client for unit tests: it records what is submitted and responds at once, without a network.
 * Thread-safe.
 *
 * <pre>{@code
 * RecordingFeedbackClient client = RecordingFeedbackClient.create(PortkeyFeedbackClient.TRACE);
 * new ThumbButton(client).click("trace-7f3a");
 * assertThat(client.submitted())
 *     .containsExactly(Feedback.on("trace-7f3a").thumbsUp().build());
 *
 * client.failNext(Failure.TIMEOUT);
 * assertThat(new ThumbButton(client).click("trace-7f3a")).isEqualTo("Thanks, we try again later");
 * }</pre>
 *
 * <p>It refuses what a provider with its capabilities refuses, by the same loss policies and with
 * the same exceptions. It does not know a provider's dialect: what that refuses or rounds beyond
 * its capabilities, such as a metadata key that Portkey needs itself, is specified with {@link
 * Builder#rule}. Its receipts have as many ids as {@link Capabilities#ids()} says.
 *
 * <p>Futures complete on the thread that submits, or that calls {@link #release()}. Each feedback
 * of a batch is a separate call.
 *
 * <p>It makes no requests, so it has no {@link io.github.llmfeedback.FeedbackListener}: a test of a
 * listener calls it with events that it builds.
 */
public final class RecordingFeedbackClient implements FeedbackClient, NonBlocking {
  private final RecordingDialect dialect;
  private final boolean updates;
  private final boolean retracts;
  private final Desk desk;
  private final AtomicLong ids = new AtomicLong();
  private final Recorded recorded = new Recorded();

  private RecordingFeedbackClient(Builder builder) {
    dialect =
        new RecordingDialect(builder.capabilities, builder.key, builder.lossPolicy, builder.rule);
    updates = builder.updates;
    retracts = builder.retracts;
    desk = new Desk(dialect.provider());
  }

  /**
   * A client that keeps every part, under the ids of {@code key}, gives each feedback one id, and
   * has every extension: for tests of what is submitted, not of what a provider keeps.
   */
  public static RecordingFeedbackClient create(TargetKey key) {
    Objects.requireNonNull(key, "target key must not be null");
    Capabilities everything =
        Capabilities.of(key.provider())
            .with(Support.NATIVE, Part.values())
            .with(Capabilities.Ids.ONE);
    return builder(everything, key).supportsUpdate().supportsRetract().build();
  }

  /**
   * Starts building a client that keeps what {@code capabilities} say, and has no extension yet.
   */
  public static Builder builder(Capabilities capabilities, TargetKey key) {
    return new Builder(capabilities, key);
  }

  /**
   * Starts building a client that keeps what {@code client} keeps, gives as many ids and has the
   * same extensions. The provider of {@code client} is never called, so its API key may be
   * anything.
   */
  public static Builder like(FeedbackClient client, TargetKey key) {
    Objects.requireNonNull(client, "client must not be null");
    Builder builder = builder(client.capabilities(), key);
    builder.updates = client.extension(SupportsUpdate.class).isPresent();
    builder.retracts = client.extension(SupportsRetract.class).isPresent();
    return builder;
  }

  /** Every feedback given to this client, in order, by any method, whatever became of it. */
  public List<Feedback> submitted() {
    return recorded.submitted();
  }

  /** The outcomes of {@link #submitted()}, in the same order, without calls that have not ended. */
  public List<Outcome> outcomes() {
    return recorded.outcomes();
  }

  /** Every update asked for, in order, whatever became of it. */
  public List<RecordedUpdate> updates() {
    return recorded.updates();
  }

  /** The receipts of every retraction asked for, in order, whatever became of it. */
  public List<Receipt> retractions() {
    return recorded.retractions();
  }

  /** Forgets what was recorded. */
  public RecordingFeedbackClient clear() {
    recorded.clear();
    return this;
  }

  /** Fails the next calls, one with each of {@code failures}, in order. */
  public RecordingFeedbackClient failNext(Failure... failures) {
    desk.failNext(Stream.of(failures).map(this::exception).toList());
    return this;
  }

  /** Fails the next {@code times} calls with exceptions that the test creates. */
  public RecordingFeedbackClient failNext(
      int times, Supplier<? extends FeedbackException> exceptions) {
    desk.failNext(Collections.nCopies(times, exceptions));
    return this;
  }

  /** Fails every call, until {@link #succeed()}. */
  public RecordingFeedbackClient failAlways(Failure failure) {
    desk.failAlways(exception(failure));
    return this;
  }

  /** Like {@link #failAlways(Failure)}, with exceptions that the test creates. */
  public RecordingFeedbackClient failAlways(Supplier<? extends FeedbackException> exceptions) {
    desk.failAlways(exceptions);
    return this;
  }

  /** Forgets the failures that were asked for. */
  public RecordingFeedbackClient succeed() {
    desk.succeed();
    return this;
  }

  private Supplier<FeedbackException> exception(Failure failure) {
    return () -> failure.of(dialect.provider());
  }

  /**
   * Leaves calls without a response from now on, until {@link #release()}: futures stay incomplete,
   * and methods that block keep waiting, until they are interrupted.
   */
  public RecordingFeedbackClient hold() {
    desk.hold();
    return this;
  }

  /**
   * Ends the calls that are held, in order, and holds no more. They fail if a failure has been
   * asked for by now.
   */
  public RecordingFeedbackClient release() {
    desk.release();
    return this;
  }

  /** How many calls are held; a test waits for this before it releases or interrupts them. */
  public int held() {
    return desk.held();
  }

  @Override
  public Receipt submit(Feedback feedback) {
    return submission(feedback, desk::beginAwaited).receipt();
  }

  @Override
  public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    return Desk.future(() -> submission(feedback, desk::begin).future());
  }

  @Override
  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    return batch(feedbacks, desk::beginInBatch).await();
  }

  @Override
  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    return Desk.future(() -> batch(feedbacks, desk::begin).future());
  }

  private Batch batch(
      Collection<? extends Feedback> feedbacks, BiFunction<Call, Supplier<Receipt>, Call> begin) {
    return Batch.begin(feedbacks, feedback -> submission(feedback, begin));
  }

  /** Reads ten feedbacks, passes their outcomes to the callback, and reads on. */
  @Override
  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    return new Streaming(
            desk, feedbacks, eachOutcome, feedback -> submission(feedback, desk::begin))
        .run();
  }

  private Call submission(Feedback feedback, BiFunction<Call, Supplier<Receipt>, Call> begin) {
    Call call = new Call(dialect.provider());
    if (feedback != null) {
      recorded.submission(feedback, call);
    }
    return begin.apply(call, () -> dialect.receipt(feedback, this::newId).build());
  }

  private String newId() {
    return "recorded-" + ids.incrementAndGet();
  }

  /** Records nothing. */
  @Override
  public List<Loss> check(Feedback feedback) {
    return dialect.receipt(feedback).build().losses();
  }

  @Override
  public Capabilities capabilities() {
    return dialect.capabilities();
  }

  /** What became of the recorded calls; those that are held count as in flight. */
  @Override
  public ClientStats stats() {
    return recorded.stats(desk.held());
  }

  /** {@link SupportsUpdate} and {@link SupportsRetract}, if it was given them. */
  @Override
  public <T> Optional<T> extension(Class<T> extension) {
    Objects.requireNonNull(extension, "extension must not be null");
    boolean given =
        (extension == SupportsUpdate.class && updates)
            || (extension == SupportsRetract.class && retracts);
    return given
        ? Optional.of(extension.cast(new Changes(dialect, recorded, desk)))
        : FeedbackClient.super.extension(extension);
  }

  /** Ends the calls that are held; everything new fails as {@code CLOSED}. */
  @Override
  public void close() {
    desk.close();
  }

  /** The provider and how much was recorded. */
  @Override
  public String toString() {
    return "RecordingFeedbackClient (%s, %d submitted)"
        .formatted(dialect.provider(), submitted().size());
  }

  /** Collects how a recording client behaves. Not thread-safe. */
  public static final class Builder {
    private final Capabilities capabilities;
    private final TargetKey key;
    private LossPolicy lossPolicy = LossPolicy.ROUNDING;
    private Function<Feedback, List<Loss>> rule = feedback -> List.of();
    private boolean updates;
    private boolean retracts;

    private Builder(Capabilities capabilities, TargetKey key) {
      this.capabilities = Objects.requireNonNull(capabilities, "capabilities must not be null");
      this.key = Objects.requireNonNull(key, "target key must not be null");
    }

    /** Sets what may be lost; {@link LossPolicy#ROUNDING} by default. */
    public Builder lossPolicy(LossPolicy lossPolicy) {
      this.lossPolicy = Objects.requireNonNull(lossPolicy, "lossPolicy must not be null");
      return this;
    }

    /**
     * Sets what the provider's client does beyond its capabilities: it gets each feedback without
     * the parts that are not kept, and returns further losses, such as a rounded score, or throws
     * an {@link io.github.llmfeedback.UnrepresentableFeedbackException}.
     */
    public Builder rule(Function<Feedback, List<Loss>> rule) {
      this.rule = Objects.requireNonNull(rule, "rule must not be null");
      return this;
    }

    /** Adds {@link SupportsUpdate}. */
    public Builder supportsUpdate() {
      updates = true;
      return this;
    }

    /** Adds {@link SupportsRetract}. */
    public Builder supportsRetract() {
      retracts = true;
      return this;
    }

    /** The client. */
    public RecordingFeedbackClient build() {
      return new RecordingFeedbackClient(this);
    }
  }
}
