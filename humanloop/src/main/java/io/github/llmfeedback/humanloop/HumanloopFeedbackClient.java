package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.ClientBuilder;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.Losses;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries feedback to Humanloop v4. Thread-safe; see {@link io.github.llmfeedback.FeedbackClient}.
 *
 * <p>The hosted service was sunset on 2025-09-08; for an instance of your own set the base URL.
 */
public final class HumanloopFeedbackClient extends HttpFeedbackClient implements SupportsRetract {
  /**
   * The datapoint: {@code data[i].id} of a chat or completion response, or {@code id} of a logged
   * one (Humanloop's v4 reference, 2025). Humanloop makes it, so a shared target must name it.
   */
  public static final TargetKey DATAPOINT = TargetKey.of("humanloop", "datapoint");

  private static final String KEY_VARIABLE = "HUMANLOOP_API_KEY";

  private final HumanloopDialect dialect;

  private HumanloopFeedbackClient(
      ApiEndpoint endpoint, ClientSettings settings, HumanloopDialect dialect) {
    super(endpoint, settings, dialect);
    this.dialect = dialect;
  }

  /** A client of the hosted address with the default settings. */
  public static HumanloopFeedbackClient create(@Nullable String apiKey) {
    return builder(apiKey).build();
  }

  /** A client from {@code HUMANLOOP_API_KEY} and, if set, {@code HUMANLOOP_BASE_URL}. */
  public static HumanloopFeedbackClient fromEnv() {
    return fromEnv(ClientSettings.defaults());
  }

  /** As {@link #fromEnv()}, with these settings. */
  public static HumanloopFeedbackClient fromEnv(ClientSettings settings) {
    return fromEnv(settings, System::getenv);
  }

  static HumanloopFeedbackClient fromEnv(
      ClientSettings settings, Function<String, @Nullable String> environment) {
    return new Builder(environment).settings(settings).build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  /**
   * A receipt of a feedback that was stored before this library was used, or whose receipt is lost:
   * what {@link #retract} needs. Issues and actions are retracted by their names, the other
   * statements by their type; their words do not matter.
   *
   * @throws io.github.llmfeedback.UnrepresentableFeedbackException if its target has no id for
   *     {@link #DATAPOINT}
   */
  public static Receipt receiptOf(Feedback stored) {
    Objects.requireNonNull(stored, "stored feedback must not be null");
    String datapoint = stored.target().requireId(DATAPOINT);
    HumanloopDialect dialect =
        new HumanloopDialect(true); // of a rating only its being there counts
    return receipt(datapoint, dialect.encode(stored, datapoint, new Losses("humanloop")))
        .attempts(0)
        .build();
  }

  /** As {@link #receiptOf(Feedback)}, of statements of the project's own types and their values. */
  public static Receipt receiptOf(HumanloopCustomFeedback stored) {
    Objects.requireNonNull(stored, "stored feedback must not be null");
    return receipt(stored.datapoint(), stored.objects()).attempts(0).build();
  }

  private static Receipt.Builder receipt(String datapoint, List<HumanloopWire> objects) {
    return Receipt.builder("humanloop", datapoint).state(HumanloopState.of(objects));
  }

  /**
   * Submits statements of types that the project defines for itself. The receipt holds their types
   * and values, since Humanloop wants both to take them back.
   *
   * @return a receipt that can be {@linkplain #retract retracted}
   * @throws io.github.llmfeedback.FeedbackException as {@link #submit}
   */
  public Receipt submitCustom(HumanloopCustomFeedback feedback) {
    return submitEncoded(dialect, () -> encoded(feedback));
  }

  /** As {@link #submitCustom}, without waiting; every error comes through the future. */
  public CompletableFuture<Receipt> submitCustomAsync(HumanloopCustomFeedback feedback) {
    return submitEncodedAsync(dialect, () -> encoded(feedback));
  }

  /**
   * Submits all of {@code feedbacks} in lists and waits, as {@link #submitAll} does.
   *
   * @return one outcome each, in input order
   * @throws NullPointerException if one is null; then nothing was sent
   */
  public List<HumanloopCustomOutcome> submitCustomAll(
      Collection<HumanloopCustomFeedback> feedbacks) {
    List<HumanloopCustomFeedback> given = present(feedbacks);
    return submitAllEncoded(
        dialect,
        encoded(given),
        (i, receipt) -> HumanloopCustomOutcome.accepted(i, given.get(i), receipt),
        (i, error) -> HumanloopCustomOutcome.failed(i, given.get(i), error));
  }

  /** As {@link #submitCustomAll}, without waiting; every error comes through the future. */
  public CompletableFuture<List<HumanloopCustomOutcome>> submitCustomAllAsync(
      Collection<HumanloopCustomFeedback> feedbacks) {
    List<HumanloopCustomFeedback> given;
    try {
      given = present(feedbacks);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return submitAllEncodedAsync(
        dialect,
        encoded(given),
        (i, receipt) -> HumanloopCustomOutcome.accepted(i, given.get(i), receipt),
        (i, error) -> HumanloopCustomOutcome.failed(i, given.get(i), error));
  }

  private static List<HumanloopCustomFeedback> present(
      Collection<HumanloopCustomFeedback> feedbacks) {
    List<HumanloopCustomFeedback> given =
        new ArrayList<>(Objects.requireNonNull(feedbacks, "feedbacks must not be null"));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
    }
    return given;
  }

  private static List<Encoded<HumanloopWire>> encoded(List<HumanloopCustomFeedback> feedbacks) {
    return feedbacks.stream().map(HumanloopFeedbackClient::encoded).toList();
  }

  private static Encoded<HumanloopWire> encoded(HumanloopCustomFeedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    return new Encoded<>(
        feedback.datapoint(), feedback.objects(), HumanloopState.of(feedback.objects()), List.of());
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return super.retract(receipt);
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return super.retractAsync(receipt);
  }

  /**
   * Builds a client; the base URL is {@code https://api.humanloop.com/v4} unless set, and may be
   * given with or without its {@code /v4}.
   */
  public static final class Builder extends ClientBuilder<Builder> {
    private final String apiKey;
    private boolean numericRatings;

    private Builder(@Nullable String apiKey) {
      super("humanloop", "https://api.humanloop.com/v4", "v4");
      this.apiKey = required("Humanloop's API key", KEY_VARIABLE, apiKey);
    }

    private Builder(Function<String, @Nullable String> environment) {
      this(environment.apply(KEY_VARIABLE));
      baseUrlFrom(environment::apply);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /**
     * Lets a score go as a number, for projects whose ratings are numbers (since August 2024). The
     * number goes as it is; the project must know its scale.
     */
    public Builder numericRatings() {
      numericRatings = true;
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if base URL or key cannot be used; the key is not shown
     */
    public HumanloopFeedbackClient build() {
      return new HumanloopFeedbackClient(
          endpoint().keyHeader("X-API-KEY", "", apiKey),
          settings(),
          new HumanloopDialect(numericRatings));
    }
  }
}
