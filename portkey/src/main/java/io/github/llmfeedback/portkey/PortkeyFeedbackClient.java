package io.github.llmfeedback.portkey;

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

/** Carries feedback to Portkey. Thread-safe; see {@link io.github.llmfeedback.FeedbackClient}. */
public final class PortkeyFeedbackClient extends HttpFeedbackClient implements SupportsUpdate {
  /**
   * The trace of the LLM call: its response header {@code x-portkey-trace-id}, or what the
   * application chose in the same request header (Portkey's documentation, 2026-06).
   */
  public static final TargetKey TRACE =
      TargetKey.of("portkey", "trace")
          .inResponseHeader("x-portkey-trace-id")
          .chosenInRequestHeader("x-portkey-trace-id");

  private static final String KEY_VARIABLE = "PORTKEY_API_KEY";

  private PortkeyFeedbackClient(Connection connection, ClientSettings settings) {
    super(connection, settings, new PortkeyDialect());
  }

  /**
   * A client with the default settings.
   *
   * @param apiKey a workspace key with the scope {@code logs.write}
   */
  public static PortkeyFeedbackClient create(@Nullable String apiKey) {
    return builder(apiKey).build();
  }

  /** A client from {@code PORTKEY_API_KEY} and, if set, {@code PORTKEY_BASE_URL}. */
  public static PortkeyFeedbackClient fromEnv() {
    return fromEnv(System::getenv);
  }

  static PortkeyFeedbackClient fromEnv(Function<String, @Nullable String> environment) {
    return builder(environment.apply(KEY_VARIABLE))
        .baseUrlIfSet(environment.apply("PORTKEY_BASE_URL"))
        .build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A weight stays as the receipt knows it unless {@code feedback} states another. Whether
   * Portkey keeps earlier metadata (comment and author with it) when {@code feedback} has none is
   * not documented (OpenAPI document, 2026-06): state again what is to stand.
   */
  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return replace(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return replaceAsync(receipt, feedback);
  }

  /** Builds a client; the base URL is {@code https://api.portkey.ai/v1} unless set. */
  public static final class Builder extends ClientBuilder<Builder> {
    private final String apiKey;

    private Builder(@Nullable String apiKey) {
      super("portkey", "https://api.portkey.ai/v1");
      this.apiKey = required("Portkey's API key", KEY_VARIABLE, apiKey);
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
    public PortkeyFeedbackClient build() {
      return new PortkeyFeedbackClient(
          connection().secretHeader("x-portkey-api-key", "", "the API key", apiKey), settings());
    }
  }
}
