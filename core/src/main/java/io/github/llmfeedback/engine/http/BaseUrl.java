package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.spi.ApiEndpoint;
import java.util.Objects;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Parses and checks the base URLs that applications configure. */
public final class BaseUrl {
  /** Not {@code *.localhost}: the resolver decides where it leads, and Java's may ask DNS. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|::1");

  /**
   * Checked in the text, because OkHttp takes the first thing it finds for the host: with {@code
   * https:///v1} the key would go to the host {@code v1}.
   */
  private static final Pattern NAMES_A_HOST =
      Pattern.compile("https?://[^/\\\\?#].*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private BaseUrl() {}

  /**
   * The endpoint of a provider.
   *
   * @param baseUrl {@code https://host/path}, without query; a trailing slash does not matter
   * @param allowPlainHttp whether {@code http} may leave this machine
   * @throws IllegalArgumentException if it is not such a URL
   */
  public static ApiEndpoint endpoint(String provider, String baseUrl, boolean allowPlainHttp) {
    Objects.requireNonNull(baseUrl, () -> provider + "'s base URL must not be null");
    String text = baseUrl.strip();
    HttpUrl url = NAMES_A_HOST.matcher(text).matches() ? HttpUrl.parse(text) : null;
    if (url == null) {
      throw new IllegalArgumentException(
          provider
              + "'s base URL must begin with https:// and name a host, as https://host/path does"
              + " (is the scheme missing, or a slash too many?)");
    }
    if (url.encodedQuery() != null || url.encodedFragment() != null) {
      throw new IllegalArgumentException(
          provider
              + "'s base URL must have no query and no fragment, but has a "
              + (url.encodedQuery() != null ? "query" : "fragment"));
    }
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw new IllegalArgumentException(provider + "'s base URL must hold no user and password");
    }
    if (!url.isHttps() && !allowPlainHttp && !LOOPBACK.matcher(url.host()).matches()) {
      throw new IllegalArgumentException(
          provider
              + "'s base URL must be https, or the key and the feedback travel unencrypted to "
              + url.host()
              + "; ClientSettings.builder().allowPlainHttp(true) allows it");
    }
    HttpUrl.Builder clean = url.newBuilder().encodedPath("/");
    for (String segment : url.encodedPathSegments()) {
      if (!segment.isEmpty()) {
        clean.addEncodedPathSegment(segment);
      }
    }
    String whole = clean.build().toString();
    boolean hasPath = !whole.endsWith("/");
    return ApiEndpoint.at(
        provider, url.host(), hasPath ? whole : whole.substring(0, whole.length() - 1));
  }
}
