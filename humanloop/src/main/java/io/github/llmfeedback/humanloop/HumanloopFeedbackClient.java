package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Answer;
import io.github.llmfeedback.spi.ClientBuilder;
import io.github.llmfeedback.spi.Connection;
import io.github.llmfeedback.spi.HttpFeedbackClient;
import java.util.List;
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
   * The datapoint: {@code data[i].id} of a chat or completion answer, or {@code id} of a logged one
   * (Humanloop's v4 reference, 2025). Humanloop makes it, so a shared target needs it named.
   */
  public static final TargetKey DATAPOINT = TargetKey.of("humanloop", "datapoint");

  private static final String KEY_VARIABLE = "HUMANLOOP_API_KEY";

  private final HumanloopDialect dialect;

  private HumanloopFeedbackClient(
      Connection connection, ClientSettings settings, HumanloopDialect dialect) {
    super(connection, settings, dialect);
    this.dialect = dialect;
  }

  /** A client of the hosted address with the default settings. */
  public static HumanloopFeedbackClient create(@Nullable String apiKey) {
    return builder(apiKey).build();
  }

  /** A client from {@code HUMANLOOP_API_KEY} and, if set, {@code HUMANLOOP_BASE_URL}. */
  public static HumanloopFeedbackClient fromEnv() {
    return fromEnv(System::getenv);
  }

  static HumanloopFeedbackClient fromEnv(Function<String, @Nullable String> environment) {
    return builder(environment.apply(KEY_VARIABLE))
        .baseUrlIfSet(environment.apply("HUMANLOOP_BASE_URL"))
        .build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  /**
   * Submits statements of types that the project defines for itself.
   *
   * @return a receipt that can be {@linkplain #retract retracted}
   * @throws io.github.llmfeedback.FeedbackException as {@link #submit}
   */
  public Receipt submitCustom(CustomFeedback feedback) {
    return deliver(() -> HumanloopDialect.post(feedback.objects()), read(feedback));
  }

  /** As {@link #submitCustom}, without waiting; every error comes through the future. */
  public CompletableFuture<Receipt> submitCustomAsync(CustomFeedback feedback) {
    return deliverAsync(() -> HumanloopDialect.post(feedback.objects()), read(feedback));
  }

  private Function<Answer, Receipt.Builder> read(CustomFeedback feedback) {
    return answer ->
        Receipt.builder("humanloop", feedback.datapoint())
            .ids(dialect.decode(answer, List.of(feedback.objects())).get(0))
            .state(dialect.state(feedback.objects()));
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return takeBack(receipt);
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return takeBackAsync(receipt);
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
          connection().keyHeader("X-API-KEY", "", apiKey),
          settings(),
          new HumanloopDialect(numericRatings));
    }
  }
}
