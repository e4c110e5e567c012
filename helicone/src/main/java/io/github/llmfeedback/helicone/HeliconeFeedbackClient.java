package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.ClientBuilder;
import io.github.llmfeedback.spi.Connection;
import io.github.llmfeedback.spi.HttpFeedbackClient;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries feedback to Helicone. Thread-safe; see {@link io.github.llmfeedback.FeedbackClient}.
 *
 * <p>Helicone's yes means <em>accepted</em>, not stored: feedback that comes before the LLM
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

  private HeliconeFeedbackClient(Connection connection, ClientSettings settings) {
    super(connection, settings, new HeliconeDialect());
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
    return fromEnv(System::getenv);
  }

  static HeliconeFeedbackClient fromEnv(Function<String, @Nullable String> environment) {
    return builder(environment.apply(KEY_VARIABLE))
        .baseUrlIfSet(environment.apply("HELICONE_BASE_URL"))
        .build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return replace(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return replaceAsync(receipt, feedback);
  }

  /**
   * Builds a client; the base URL is {@code https://api.helicone.ai} unless set. The EU region is
   * {@code https://eu.api.helicone.ai}, self-hosted usually {@code http://HOST:8585}.
   */
  public static final class Builder extends ClientBuilder<Builder> {
    private final String apiKey;

    private Builder(@Nullable String apiKey) {
      super("helicone", "https://api.helicone.ai");
      this.apiKey = required("Helicone's API key", KEY_VARIABLE, apiKey);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if base URL or key cannot be used; the key is not shown
     */
    public HeliconeFeedbackClient build() {
      return new HeliconeFeedbackClient(
          connection().secretHeader("Authorization", "Bearer ", "the API key", apiKey), settings());
    }
  }
}
