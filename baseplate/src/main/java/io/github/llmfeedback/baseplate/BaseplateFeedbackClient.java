package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.ClientBuilder;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.WireText;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries feedback to one endpoint of Baseplate. Thread-safe; see {@link
 * io.github.llmfeedback.FeedbackClient}.
 *
 * <p>Whether the service still runs is unknown (2026-11).
 */
public final class BaseplateFeedbackClient extends HttpFeedbackClient implements SupportsUpdate {
  /**
   * The completion: {@code choices[i].usage_id} of its response, one for each choice, not the
   * response's own {@code id}. Baseplate makes it, so a shared target must name it.
   */
  public static final TargetKey USAGE = TargetKey.of("baseplate", "usage");

  private static final String KEY_VARIABLE = "BASEPLATE_API_KEY";
  private static final String ENDPOINT_VARIABLE = "BASEPLATE_ENDPOINT_ID";

  private BaseplateFeedbackClient(
      ApiEndpoint endpoint, ClientSettings settings, String endpointId) {
    super(endpoint, settings, new BaseplateDialect(endpointId));
  }

  /** A client of this endpoint with the default settings. */
  public static BaseplateFeedbackClient create(
      @Nullable String apiKey, @Nullable String endpointId) {
    return builder(apiKey, endpointId).build();
  }

  /**
   * A client from {@code BASEPLATE_API_KEY}, {@code BASEPLATE_ENDPOINT_ID} and, if set, {@code
   * BASEPLATE_BASE_URL}.
   */
  public static BaseplateFeedbackClient fromEnv() {
    return fromEnv(ClientSettings.defaults());
  }

  /** As {@link #fromEnv()}, with these settings. */
  public static BaseplateFeedbackClient fromEnv(ClientSettings settings) {
    return fromEnv(settings, System::getenv);
  }

  static BaseplateFeedbackClient fromEnv(
      ClientSettings settings, Function<String, @Nullable String> environment) {
    return new Builder(environment).settings(settings).build();
  }

  /** Begins a client with this key for this endpoint. */
  public static Builder builder(@Nullable String apiKey, @Nullable String endpointId) {
    return new Builder(apiKey, endpointId);
  }

  /**
   * A receipt of a rating that was stored before this library was used: what {@link #update} needs.
   *
   * @param usageId the completion that was rated
   */
  public static Receipt receiptOf(String usageId) {
    return Receipt.builder("baseplate", usageId).attempts(0).build();
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
   * Builds a client; the base URL is {@code https://app.baseplate.ai/api} unless set, and may be
   * given with or without its {@code /api}. All pages of the documentation but one have it; for the
   * address of that one, set {@link #exactBaseUrl}{@code ("https://app.baseplate.ai")}.
   */
  public static final class Builder extends ClientBuilder<Builder> {
    private final String apiKey;
    private final String endpointId;

    private Builder(@Nullable String apiKey, @Nullable String endpointId) {
      super("baseplate", "https://app.baseplate.ai/api", "api");
      this.apiKey = required("Baseplate's API key", KEY_VARIABLE, apiKey);
      this.endpointId = segment(required("Baseplate's endpoint id", ENDPOINT_VARIABLE, endpointId));
    }

    private Builder(Function<String, @Nullable String> environment) {
      this(environment.apply(KEY_VARIABLE), environment.apply(ENDPOINT_VARIABLE));
      baseUrlFrom(environment::apply);
    }

    private static String segment(String endpointId) {
      if (!WireText.isSegment(endpointId)) {
        throw new IllegalArgumentException("Baseplate's endpoint id must not be '.' or '..'");
      }
      return WireText.wellFormed("Baseplate's endpoint id", endpointId);
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
    public BaseplateFeedbackClient build() {
      return new BaseplateFeedbackClient(
          endpoint().keyHeader("Authorization", "Bearer ", apiKey), settings(), endpointId);
    }
  }
}
