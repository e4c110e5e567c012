package io.github.llmfeedback.portkey;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.ClientBuilder;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.WireText;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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

  private PortkeyFeedbackClient(
      ApiEndpoint endpoint, ClientSettings settings, PortkeyOptions options) {
    super(endpoint, settings, new PortkeyDialect(options));
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
    return fromEnv(ClientSettings.defaults());
  }

  /** As {@link #fromEnv()}, with these settings. */
  public static PortkeyFeedbackClient fromEnv(ClientSettings settings) {
    return fromEnv(settings, System::getenv);
  }

  static PortkeyFeedbackClient fromEnv(
      ClientSettings settings, Function<String, @Nullable String> environment) {
    return new Builder(environment).settings(settings).build();
  }

  /** Begins a client with this key. */
  public static Builder builder(@Nullable String apiKey) {
    return new Builder(apiKey);
  }

  /**
   * A receipt of a feedback that was stored before this library was used: what {@link #update}
   * needs.
   *
   * @param traceId the trace that the feedback is about
   * @param feedbackId the feedback's id, one of the {@code feedback_ids} of Portkey's response
   */
  public static Receipt receiptOf(String traceId, String feedbackId) {
    List<String> ids = List.of(WireText.notBlank("feedback id", feedbackId));
    return Receipt.builder("portkey", traceId).ids(ids).attempts(0).build();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The weight on the receipt is kept unless {@code feedback} states another. Whether Portkey
   * keeps earlier metadata (comment and author with it) when {@code feedback} has none is not
   * documented (OpenAPI document, 2026-06): state again what is to be kept.
   */
  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return super.update(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return super.updateAsync(receipt, feedback);
  }

  /**
   * Builds a client; the base URL is {@code https://api.portkey.ai/v1} unless set, and may be given
   * with or without its {@code /v1}.
   */
  public static final class Builder extends ClientBuilder<Builder> {
    private static final Set<Part> EMBEDDABLE =
        EnumSet.of(Part.CORRECTION, Part.ISSUE, Part.ACTION, Part.OCCURRED_AT, Part.LABEL);

    private final String apiKey;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<Part, String> embedded = new EnumMap<>(Part.class);
    private boolean bearer;
    private boolean topLevelText;
    private @Nullable Integer neutralValue;

    private Builder(@Nullable String apiKey) {
      super("portkey", "https://api.portkey.ai/v1", "v1");
      this.apiKey = required("Portkey's API key", KEY_VARIABLE, apiKey);
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
     * Goes to Prisma AIRS AI Gateway, the platform of 2026: base URL {@code
     * https://aigw.portkey.ai/v1}, key as {@linkplain #bearer bearer token}. Its keys are its own.
     */
    public Builder prismaAirs() {
      return baseUrl("https://aigw.portkey.ai/v1").bearer();
    }

    /** Sends the key as {@code Authorization: Bearer} instead of {@code x-portkey-api-key}. */
    public Builder bearer() {
      bearer = true;
      return this;
    }

    /** Sends a comment as {@code text}, not {@code metadata.text}: for gateways of 2023. */
    public Builder topLevelText() {
      topLevelText = true;
      return this;
    }

    /**
     * Lets feedback without a rating become a record with this value, from −10 to 10. Portkey has
     * no record without one; without this, such feedback is refused.
     */
    public Builder neutralValue(int value) {
      if (value < -10 || value > 10) {
        throw new IllegalArgumentException("neutralValue must be from -10 to 10, but is " + value);
      }
      neutralValue = value;
      return this;
    }

    /**
     * Keeps a part that Portkey has no field for under a key of the metadata.
     *
     * @param part {@code CORRECTION}, {@code ISSUE}, {@code ACTION} (both lists), {@code
     *     OCCURRED_AT} (ISO 8601) or {@code LABEL}
     * @param key the metadata key; a feedback whose own metadata has it is refused
     */
    public Builder embed(Part part, String key) {
      if (!EMBEDDABLE.contains(part)) {
        throw new IllegalArgumentException(
            "embed takes one of " + EMBEDDABLE + ", but not " + part);
      }
      if (WireText.wellFormed("the metadata key of " + part, key).isBlank()
          || key.equals("text")
          || key.equals("_user")
          || embedded.containsValue(key)) {
        throw new IllegalArgumentException(
            "embed needs a metadata key of its own for " + part + ", but got '" + key + "'");
      }
      embedded.put(part, key);
      return this;
    }

    /**
     * Sends one more header with every request; its value is treated as a secret. Headers that HTTP
     * or the client itself sets, such as {@code Host} or the key's own, are refused by {@link
     * #build}.
     */
    public Builder header(String name, String value) {
      Objects.requireNonNull(name, "a header's name must not be null");
      headers.put(
          name, Objects.requireNonNull(value, () -> "header " + name + " must not be null"));
      return this;
    }

    /**
     * The client.
     *
     * @throws IllegalArgumentException if base URL, key or header cannot be used; their values are
     *     not shown
     */
    public PortkeyFeedbackClient build() {
      ApiEndpoint endpoint =
          bearer
              ? endpoint().keyHeader("Authorization", "Bearer ", apiKey)
              : endpoint().keyHeader("x-portkey-api-key", "", apiKey);
      for (Map.Entry<String, String> header : headers.entrySet()) {
        endpoint = endpoint.customHeader(header.getKey(), header.getValue());
      }
      return new PortkeyFeedbackClient(
          endpoint,
          settings(),
          new PortkeyOptions(topLevelText, neutralValue, Map.copyOf(embedded)));
    }
  }
}
