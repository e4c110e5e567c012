package io.github.llmfeedback.client;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of all providers have in common: base URL and settings. Not thread-safe.
 *
 * @param <B> the provider's builder
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {
  /** Hosts for LLM calls, whose base URL is easily given by mistake; no feedback may go there. */
  private static final Pattern LLM_HOST =
      Pattern.compile("(.+\\.)?(openai\\.com|openai\\.azure\\.com|anthropic\\.com)");

  private final String provider;
  private final String version;
  private final Set<String> known;
  private String baseUrl;
  private boolean exact;
  private ClientSettings settings = ClientSettings.defaults();

  /**
   * A builder for {@code provider}, whose documented base URL is the default.
   *
   * @param version the segment that ends the path of every base URL, such as {@code v1}; empty if
   *     there is none
   */
  protected ClientBuilder(String provider, String defaultBaseUrl, String version) {
    this.provider = provider;
    this.version = version;
    this.baseUrl = defaultBaseUrl;
    this.known =
        Stream.concat(Stream.of(version), Stream.of(defaultBaseUrl.split("/")))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** This builder. */
  protected abstract B self();

  /**
   * Sets the provider's base URL, with or without the version segment that its builder names, which
   * is added unless the path already ends with it. A trailing slash does not matter.
   */
  public B baseUrl(String baseUrl) {
    this.baseUrl = Objects.requireNonNull(baseUrl, "baseUrl must not be null");
    exact = false;
    return self();
  }

  /**
   * Sets the URL to which the endpoints' own paths are added, and nothing else: for a gateway that
   * serves the provider's API elsewhere than under its version segment.
   */
  public B exactBaseUrl(String baseUrl) {
    this.baseUrl = Objects.requireNonNull(baseUrl, "exactBaseUrl must not be null");
    exact = true;
    return self();
  }

  /** Sets how the client behaves, replacing all settings. */
  public B settings(ClientSettings settings) {
    this.settings = Objects.requireNonNull(settings, "settings must not be null");
    return self();
  }

  /**
   * Changes how the client behaves, starting from the settings so far: {@code settings(s ->
   * s.totalTimeout(Duration.ofSeconds(5)))}.
   */
  public B settings(UnaryOperator<ClientSettings.Builder> change) {
    Objects.requireNonNull(change, "settings must not be null");
    ClientSettings.Builder changed =
        Objects.requireNonNull(
            change.apply(settings.newBuilder()),
            "settings must give a builder, such as s -> s.totalTimeout(timeout)");
    return settings(changed.build());
  }

  /** The settings so far. */
  protected final ClientSettings settings() {
    return settings;
  }

  /**
   * Reads the base URL from the provider's environment variable, such as {@code PORTKEY_BASE_URL},
   * if it is set and not blank; with or without the version segment, as for {@link #baseUrl}.
   *
   * @param environment usually {@code System::getenv}
   */
  protected final B baseUrlFrom(Environment environment) {
    String value = environment.get(provider.toUpperCase(Locale.ROOT) + "_BASE_URL");
    return value == null || value.isBlank() ? self() : baseUrl(value);
  }

  /**
   * The provider's endpoint, without credentials.
   *
   * @throws IllegalArgumentException if the base URL cannot be used
   */
  protected ApiEndpoint endpoint() {
    ApiEndpoint endpoint =
        BaseUrl.endpoint(provider, baseUrl, settings.allowPlainHttp()).showing(known);
    String host = endpoint.host();
    if (LLM_HOST.matcher(host).matches() || isLlmProxy(host)) {
      throw new IllegalArgumentException(
          "%s's base URL must be that of its own API, but %s takes LLM calls and no feedback;"
                  .formatted(provider, host)
              + " leave it out for the provider's default");
    }
    return exact || version.isEmpty() ? endpoint : endpoint.endingWith(version);
  }

  /** Whether a host is one of the provider's own, but takes LLM calls and no feedback. */
  protected boolean isLlmProxy(String host) {
    return false;
  }

  /** The environment variables. */
  @FunctionalInterface
  protected interface Environment {
    /** The value of a variable; null if it is not set. */
    @Nullable String get(String variable);
  }

  /**
   * Returns a credential, which must be set.
   *
   * @param what what it is, such as {@code "Portkey's API key"}
   * @param variable the environment variable that usually holds it
   * @throws IllegalArgumentException if it is missing or blank; the message names the variable
   */
  protected static String required(String what, String variable, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          what
              + (value == null ? " is missing" : " is blank")
              + "; set the environment variable "
              + variable
              + " or pass it to the builder");
    }
    return value;
  }
}
