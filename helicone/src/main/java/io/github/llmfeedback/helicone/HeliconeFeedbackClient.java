package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.ClientBuilder;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Carries feedback to Helicone. Thread-safe; see {@link io.github.llmfeedback.FeedbackClient}.
 *
 * <p>Helicone's success means <em>accepted</em>, not stored: feedback that arrives before the LLM
 * request's own log row is lost (observed, 2026-07).
 */
public final class HeliconeFeedbackClient extends HttpFeedbackClient implements SupportsUpdate {
  /**
   * The LLM request: response header {@code Helicone-Id} of the call through the proxy, or a UUID
   * v4 that the application chose in the request header {@code Helicone-Request-Id}.
   */
  public static final TargetKey REQUEST =
      TargetKey.of("helicone", "request")
          .inResponseHeader("Helicone-Id")
          .chosenInRequestHeader("Helicone-Request-Id");

  private static final String KEY_VARIABLE = "HELICONE_API_KEY";
  private static final InstantSource CLOCK = InstantSource.system();

  private final Duration confirmInterval;
  private final Duration batchTimeout;

  private HeliconeFeedbackClient(
      ApiEndpoint endpoint, ClientSettings settings, Duration apart, Duration confirmInterval) {
    super(endpoint, settings, new HeliconeDialect(apart));
    this.confirmInterval = confirmInterval;
    this.batchTimeout = settings.batchTimeout();
  }

  /**
   * A client of the US region with the default settings.
   *
   * @param apiKey a key that may write
   */
  public static HeliconeFeedbackClient create(@Nullable String apiKey) {
    return builder(apiKey).build();
  }

  /** A client from {@code HELICONE_API_KEY} and, if set, {@code HELICONE_BASE_URL}. */
  public static HeliconeFeedbackClient fromEnv() {
    return fromEnv(ClientSettings.defaults());
  }

  /** As {@link #fromEnv()}, with these settings. */
  public static HeliconeFeedbackClient fromEnv(ClientSettings settings) {
    return fromEnv(settings, System::getenv);
  }

  static HeliconeFeedbackClient fromEnv(
      ClientSettings settings, Function<String, @Nullable String> environment) {
    return new Builder(environment).settings(settings).build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  /**
   * A receipt of a rating that Helicone has already, such as one that was given before the
   * application used this library: to {@link #update} or to {@link #confirm} it.
   *
   * @param requestId the UUID of the LLM request, in any case
   * @param rating the rating as it was given
   * @throws IllegalArgumentException if Helicone takes no such id
   */
  public static Receipt receiptOf(String requestId, Rating.Thumbs rating) {
    Objects.requireNonNull(requestId, "requestId must not be null");
    Objects.requireNonNull(rating, "rating must not be null");
    String id = requestId.toLowerCase(Locale.ROOT);
    if (!HeliconeDialect.isRequestId(id)) {
      throw new IllegalArgumentException(
          "requestId "
              + HeliconeDialect.ID_RULE
              + ", but is '"
              + HeliconeDialect.shown(requestId)
              + "'");
    }
    return Receipt.builder("helicone", id)
        .state(Map.of("rating", List.of(String.valueOf(rating == Rating.Thumbs.UP))))
        .attempts(0)
        .build();
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return super.update(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return super.updateAsync(receipt, feedback);
  }

  /**
   * Submits a rating and waits until it is seen to be stored: posts it, looks, and posts it again
   * if it came before the request's own log row, which is the normal case right after an LLM call.
   * An outage is waited out until the timeout; a refusal, such as that of a wrong key, ends the
   * call at once.
   *
   * <p>Nothing else should rate the request meanwhile: a later rating may be overwritten.
   *
   * @param timeout how long all of it may take, 1 ms to 7 days
   * @return a receipt with {@link io.github.llmfeedback.Assurance#STORED}
   * @throws HeliconeUnconfirmedException if it was not seen to be stored; {@code why()} says what
   *     was seen instead
   * @throws FeedbackException as {@link #submit}, if it was refused and certainly not stored
   */
  public Receipt submitConfirmed(Feedback feedback, Duration timeout) {
    return poll(Operation.SUBMIT, () -> ofNew(draft(feedback), timeout));
  }

  /** As {@link #submitConfirmed}, without waiting; every error comes through the future. */
  public CompletableFuture<Receipt> submitConfirmedAsync(Feedback feedback, Duration timeout) {
    return pollAsync(Operation.SUBMIT, () -> ofNew(draft(feedback), timeout));
  }

  /**
   * As {@link #submitConfirmed}, for a list: many at once, those on one request one after the other
   * in the order of the list. No thread waits for a single one.
   *
   * @param feedbacks no element is null
   * @param timeout how long all of it may take, 1 ms to 7 days; what did not begin in it fails as
   *     {@code TIMEOUT}, and was not sent
   * @return one outcome for each, in the order of the list: a receipt with {@link
   *     io.github.llmfeedback.Assurance#STORED}, or what {@link #submitConfirmed} throws
   */
  public List<Outcome> submitAllConfirmed(
      Collection<? extends Feedback> feedbacks, Duration timeout) {
    return pollAll(feedbacks, HeliconeConfirmation.timeout(timeout), this::ofNew);
  }

  /** As {@link #submitAllConfirmed}, without waiting; every error comes through the future. */
  public CompletableFuture<List<Outcome>> submitAllConfirmedAsync(
      Collection<? extends Feedback> feedbacks, Duration timeout) {
    try {
      return pollAllAsync(feedbacks, HeliconeConfirmation.timeout(timeout), this::ofNew);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Changes a rating and waits until the new one is seen to be stored; otherwise like {@link
   * #submitConfirmed}. If the rating that it replaces still stands 15 s after the post, it is
   * posted again.
   *
   * @param receipt of a {@link #submit}, or made with {@link #receiptOf}
   * @param feedback the new rating, on the same request
   * @throws HeliconeUnconfirmedException as {@link #submitConfirmed}
   * @throws IllegalArgumentException if the receipt is another provider's or of another request
   */
  public Receipt updateConfirmed(Receipt receipt, Feedback feedback, Duration timeout) {
    return poll(Operation.UPDATE, () -> ofUpdate(receipt, feedback, timeout));
  }

  /** As {@link #updateConfirmed}, without waiting; every error comes through the future. */
  public CompletableFuture<Receipt> updateConfirmedAsync(
      Receipt receipt, Feedback feedback, Duration timeout) {
    return pollAsync(Operation.UPDATE, () -> ofUpdate(receipt, feedback, timeout));
  }

  /**
   * Waits until the rating that {@code receipt} stands for is seen to be stored, and posts it again
   * if it was lost. Another rating that it finds is later, and stays.
   *
   * @param receipt of a {@link #submit}, or made with {@link #receiptOf}
   * @param timeout how long all of it may take, 1 ms to 7 days
   * @return the receipt with {@link io.github.llmfeedback.Assurance#STORED}
   * @throws HeliconeUnconfirmedException as {@link #submitConfirmed}
   * @throws IllegalArgumentException if the receipt is another provider's
   */
  public Receipt confirm(Receipt receipt, Duration timeout) {
    return poll(Operation.CONFIRM, () -> ofSent(receipt, timeout));
  }

  /** As {@link #confirm}, without waiting; every error comes through the future. */
  public CompletableFuture<Receipt> confirmAsync(Receipt receipt, Duration timeout) {
    return pollAsync(Operation.CONFIRM, () -> ofSent(receipt, timeout));
  }

  private HeliconeConfirmation ofNew(Receipt draft, Duration timeout) {
    return HeliconeConfirmation.ofNew(draft, confirmInterval, timeout, CLOCK);
  }

  private HeliconeConfirmation ofUpdate(Receipt receipt, Feedback feedback, Duration timeout) {
    return HeliconeConfirmation.ofUpdate(receipt, draft(feedback), confirmInterval, timeout, CLOCK);
  }

  private HeliconeConfirmation ofSent(Receipt receipt, Duration timeout) {
    return HeliconeConfirmation.ofSent(receipt, confirmInterval, timeout, CLOCK);
  }

  /**
   * The rated requests that the query is after. Pages are fetched when the stream gets to them, on
   * the thread that reads it.
   *
   * <p>While people rate, every request that meets the filter from the beginning of the reading to
   * its end comes exactly once; one that begins or ceases to meet it meanwhile may come or not, at
   * most once, with the rating of the moment in which its page was read. This holds as long as the
   * rows of one second that match fit one page, of 1,000 rows and 8 MB, as Helicone stores them:
   * each rating of a request adds two, which it takes away some seconds later. Of a second with
   * more, requests may be missing if it changes while it is read. Requests come in the order of the
   * times at which they were made; within a moment the order is arbitrary. Oldest first, a reading
   * goes on until it has caught up with what is made meanwhile.
   *
   * <p>An empty stream does not prove that there are none: Helicone also responds so when its
   * database is down.
   *
   * <p>Reading is bounded. If no further match comes while it waits for pages, for longer than the
   * settings' {@link ClientSettings#batchTimeout()} (looked at after each page) or in 100,000 rows,
   * it ends with a {@link FeedbackException} that says so. The time that the reader takes between
   * two pages does not count, and what was read before stays read.
   *
   * @return to be read once; its reading throws {@link FeedbackException}
   */
  public Stream<HeliconeRatedRequest> query(HeliconeQuery query) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new HeliconePages(
                reading(query), page -> ask(page, Function.identity()), System::nanoTime),
            Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  /**
   * As {@link #query}, without waiting: passes each request to {@code each}, one after the other,
   * on the settings' {@linkplain ClientSettings#callbackExecutor() callback executor}. A page is
   * asked for when {@code each} has returned for all of the one before; so {@code each} must not
   * wait for the future.
   *
   * @param each what it throws ends the reading, and comes through the future
   * @return completes with the number of requests that were passed on, or with the error that ended
   *     the reading; cancelling it ends the reading
   */
  public CompletableFuture<Long> queryAsync(
      HeliconeQuery query, Consumer<? super HeliconeRatedRequest> each) {
    try {
      Objects.requireNonNull(each, "each must not be null");
      return new HeliconeAsyncReading(
              reading(query), page -> askAsync(page, Function.identity()), each, System::nanoTime)
          .begin();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private HeliconeReading reading(HeliconeQuery query) {
    Objects.requireNonNull(query, "query must not be null");
    return new HeliconeReading(query, batchTimeout);
  }

  /**
   * Builds a client; the base URL is {@code https://api.helicone.ai/v1} unless set, and may be
   * given with or without its {@code /v1}. The EU region is {@code https://eu.api.helicone.ai},
   * self-hosted usually {@code http://HOST:8585}.
   */
  public static final class Builder extends ClientBuilder<Builder> {
    private final String apiKey;
    private Duration confirmInterval = Duration.ofSeconds(2);
    private Duration apart = HeliconeDialect.APART;

    private Builder(@Nullable String apiKey) {
      super("helicone", "https://api.helicone.ai/v1", "v1");
      this.apiKey = required("Helicone's API key", KEY_VARIABLE, apiKey);
    }

    private Builder(Function<String, @Nullable String> environment) {
      this(environment.apply(KEY_VARIABLE));
      baseUrlFrom(environment::apply);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** {@code oai.}, {@code gateway.} and the like; the API's host ends with {@code api.}. */
    @Override
    protected boolean isLlmProxy(String host) {
      return host.matches("(.+\\.)?helicone\\.ai") && !host.matches("(.+\\.)?api\\.helicone\\.ai");
    }

    /**
     * Sets how long {@code submitConfirmed} and {@code confirm} wait before they look; they wait
     * longer each time, up to five times as long. 1 ms to 1 h; 2 s by default.
     */
    public Builder confirmInterval(Duration interval) {
      confirmInterval =
          HeliconeConfirmation.bounded("confirmInterval", interval, Duration.ofHours(1));
      return this;
    }

    /** Sets the distance of two ratings of one request, for tests against a server of their own. */
    Builder apart(Duration apart) {
      this.apart = apart;
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if base URL or key cannot be used; the key is not shown
     */
    public HeliconeFeedbackClient build() {
      return new HeliconeFeedbackClient(
          endpoint().keyHeader("Authorization", "Bearer ", apiKey),
          settings(),
          apart,
          confirmInterval);
    }
  }
}
