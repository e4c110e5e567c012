package io.github.llmfeedback.spi;

import io.github.llmfeedback.redaction.Secrets;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Where a client's requests go and with which headers. Immutable; it holds secrets and never shows
 * them.
 */
public final class ApiEndpoint {
  /** Headers that HTTP or this library sets, in lower case. */
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "content-type",
          "content-encoding",
          "accept-encoding");

  /** From this length on, a segment of the base URL's path may be a gateway's access token. */
  private static final int SHORTEST_TOKEN = 16;

  private final String provider;
  private final String host;
  private final String baseUrl;
  private final Map<String, String> headers;
  private final List<String> values;
  private final Set<String> shown;
  private final Secrets secrets;

  /**
   * An endpoint.
   *
   * @param values the headers' secrets
   * @param shown the segments of the base URL's path that everybody may see
   */
  private ApiEndpoint(
      String provider,
      String host,
      String baseUrl,
      Map<String, String> headers,
      List<String> values,
      Set<String> shown) {
    this.provider = provider;
    this.host = host;
    this.baseUrl = baseUrl;
    this.headers = headers;
    this.values = values;
    this.shown = shown;
    this.secrets = new Secrets(secrets(baseUrl, values, shown));
  }

  private static List<String> secrets(String baseUrl, List<String> values, Set<String> shown) {
    List<String> secrets = new ArrayList<>(values);
    for (String written : segments(baseUrl)) {
      String segment = decoded(written);
      if (segment.length() >= SHORTEST_TOKEN && !shown.contains(segment)) {
        secrets.add(segment);
        secrets.add(written);
      }
    }
    return secrets;
  }

  /** The segments of the URL's path, percent-encoded. */
  private static List<String> segments(String baseUrl) {
    String[] parts = baseUrl.split("/", -1); // https: "" host segment segment
    return List.of(parts).subList(Math.min(3, parts.length), parts.length);
  }

  private static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /**
   * The endpoint at a base URL that has already been checked and written out in full.
   *
   * @param host the URL's host
   * @param baseUrl the URL, without query and without a slash at its end
   */
  public static ApiEndpoint at(String provider, String host, String baseUrl) {
    return new ApiEndpoint(provider, host, baseUrl, Map.of(), List.of(), Set.of());
  }

  /** This endpoint, with this segment at the end of its base URL, unless it is already there. */
  public ApiEndpoint endingWith(String segment) {
    return baseUrl.endsWith("/" + segment)
        ? this
        : new ApiEndpoint(provider, host, baseUrl + "/" + segment, headers, values, shown);
  }

  /**
   * This endpoint, which shows these segments of its base URL's path in messages. Any other may be
   * a token, as in the URLs of gateways and test servers.
   */
  public ApiEndpoint showing(Set<String> segments) {
    return new ApiEndpoint(provider, host, baseUrl, headers, values, Set.copyOf(segments));
  }

  /** This endpoint with a header on every request. */
  public ApiEndpoint header(String name, String value) {
    return with(checkedName(name), checkedValue("header " + name, value), "");
  }

  /**
   * This endpoint with a secret in a header on every request. If it has 8 characters or more, it is
   * masked in every text from a server that is shown.
   *
   * @param prefix what comes before the secret, such as {@code "Bearer "}
   * @param field what the secret is called in error messages, which never show it
   */
  public ApiEndpoint secretHeader(String name, String prefix, String field, String secret) {
    String value = checkedValue(field, secret);
    if (!value.equals(value.strip()) || value.isEmpty()) { // OkHttp trims it; redact would miss it
      throw new IllegalArgumentException(
          field + " must not be blank, nor begin or end with a space");
    }
    return with(checkedName(name), prefix + value, value);
  }

  /**
   * This endpoint with the API key in a header on every request. What may have been copied along
   * with a key, such as quotes, is refused.
   *
   * @param prefix what comes before the key, such as {@code "Bearer "}
   */
  public ApiEndpoint keyHeader(String name, String prefix, String key) {
    ApiEndpoint endpoint = secretHeader(name, prefix, "the API key", key);
    if (key.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw new IllegalArgumentException(
          "the API key must not begin with \"Bearer \"; give the key alone");
    }
    if ("'\"".indexOf(key.charAt(0)) >= 0 || "'\"".indexOf(key.charAt(key.length() - 1)) >= 0) {
      throw new IllegalArgumentException("the API key must not be in quotes; give the key alone");
    }
    return endpoint;
  }

  /**
   * This endpoint with a header that the application chose, whose value is treated as a secret.
   *
   * @throws IllegalArgumentException if this endpoint already has the header, or HTTP sets it
   */
  public ApiEndpoint customHeader(String name, String value) {
    Objects.requireNonNull(name, "a header's name must not be null");
    boolean taken = headers.keySet().stream().anyMatch(name::equalsIgnoreCase);
    if (taken || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "the header " + name + " is set by the client itself; leave it out");
    }
    return secretHeader(name, "", "the header " + name, value);
  }

  private ApiEndpoint with(String name, String value, String secret) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    List<String> all = new ArrayList<>(values);
    all.add(secret);
    return new ApiEndpoint(provider, host, baseUrl, more, all, shown);
  }

  private static String checkedName(String name) {
    if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      throw new IllegalArgumentException("a header's name must be an HTTP token");
    }
    return name;
  }

  /** OkHttp checks this too, but prints the value of a custom header when it refuses it. */
  private static String checkedValue(String field, String value) {
    Objects.requireNonNull(value, () -> field + " must not be null");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || c > 0x7e) {
        throw new IllegalArgumentException(
            "%s must be printable ASCII, but its character %d of %d is U+%04X%s"
                .formatted(
                    field,
                    i + 1,
                    value.length(),
                    (int) c,
                    c == '\n' || c == '\r' ? " (a line break; was it read from a file?)" : ""));
      }
    }
    return value;
  }

  /** The provider's name in lower case. */
  public String provider() {
    return provider;
  }

  /** The base URL's host. */
  public String host() {
    return host;
  }

  /** The base URL, without a slash at its end. */
  public String baseUrl() {
    return baseUrl;
  }

  /** Whether this segment of the base URL's path may be shown. */
  public boolean isShown(String segment) {
    return shown.contains(segment);
  }

  /** The headers of every request, including secrets. */
  public Map<String, String> headers() {
    return headers;
  }

  /** The text with every secret in it masked. */
  public String redact(String text) {
    return secrets.mask(text);
  }

  /** Like {@link #redact}, for a text that may have been cut inside a secret. */
  String redactCut(String text) {
    return secrets.maskCut(text);
  }

  /**
   * Like {@link #redact}, for the beginning of the text.
   *
   * @param most the maximum number of characters
   * @param isCut whether the text itself was cut
   */
  public String excerpt(String text, int most, boolean isCut) {
    return secrets.excerpt(text, most, isCut);
  }

  @Override
  public String toString() {
    return provider + " at " + host.toLowerCase(Locale.ROOT);
  }
}
