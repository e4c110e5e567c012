package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What every provider's builder has: base URL and settings. Not thread-safe.
 *
 * @param <B> the provider's builder
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {
  private final String provider;
  private String baseUrl;
  private ClientSettings settings = ClientSettings.defaults();

  /** A builder for {@code provider}, whose documented base URL is the default. */
  protected ClientBuilder(String provider, String defaultBaseUrl) {
    this.provider = provider;
    this.baseUrl = defaultBaseUrl;
  }

  /** This builder. */
  protected abstract B self();

  /** Sets where the provider's interface begins; a trailing slash does not matter. */
  public B baseUrl(String baseUrl) {
    this.baseUrl = Objects.requireNonNull(baseUrl, "baseUrl must not be null");
    return self();
  }

  /** Sets how the client behaves. */
  public B settings(ClientSettings settings) {
    this.settings = Objects.requireNonNull(settings, "settings must not be null");
    return self();
  }

  /** The settings so far. */
  public ClientSettings settings() {
    return settings;
  }

  /** The connection without credentials. */
  protected Connection connection() {
    return Connection.to(provider, baseUrl, settings.allowPlainHttp());
  }

  /** Sets the base URL to what an environment variable holds, if it is set. */
  public B baseUrlIfSet(@Nullable String value) {
    return value == null || value.isBlank() ? self() : baseUrl(value);
  }

  /**
   * A credential that must be there.
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
