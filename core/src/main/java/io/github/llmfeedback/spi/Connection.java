package io.github.llmfeedback.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Where a client's requests go and with which headers. Immutable; holds secrets, shows none. */
public final class Connection {
  /** Not {@code *.localhost}: whether it stays here is up to the resolver, and Java's may ask. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|::1");

  /** A shorter secret may be an ordinary word; to mask that would garble texts and tell it. */
  private static final int SHORTEST_MASKED = 8;

  private final String provider;
  private final HttpUrl base;
  private final Map<String, String> headers;
  private final List<String> secrets;

  private Connection(
      String provider, HttpUrl base, Map<String, String> headers, List<String> secrets) {
    this.provider = provider;
    this.base = base;
    this.headers = headers;
    this.secrets = secrets;
  }

  /**
   * A connection to a provider.
   *
   * @param baseUrl {@code https://host/path}, without query; a trailing slash does not matter
   * @param allowPlainHttp whether {@code http} may leave this machine
   * @throws IllegalArgumentException if it is no such URL
   */
  public static Connection to(String provider, String baseUrl, boolean allowPlainHttp) {
    Objects.requireNonNull(baseUrl, () -> provider + "'s base URL must not be null");
    HttpUrl url = HttpUrl.parse(baseUrl.strip());
    if (url == null) {
      throw new IllegalArgumentException(
          provider
              + "'s base URL must begin with https:// and name a host (is the scheme missing?)");
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
              + "'s base URL must be https, or key and words travel readable to "
              + url.host()
              + "; ClientSettings.builder().allowPlainHttp(true) allows it");
    }
    HttpUrl.Builder clean = url.newBuilder().encodedPath("/");
    for (String segment : url.encodedPathSegments()) {
      if (!segment.isEmpty()) {
        clean.addEncodedPathSegment(segment);
      }
    }
    return new Connection(provider, clean.build(), Map.of(), List.of());
  }

  /** This connection with a header on every request. */
  public Connection header(String name, String value) {
    return with(checkedName(name), checkedValue("header " + name, value), List.of());
  }

  /**
   * This connection with a secret in a header on every request. From 8 characters on it is masked
   * in what is shown of a server's words.
   *
   * @param prefix what stands before the secret, such as {@code "Bearer "}
   * @param field what the secret is called in error messages, which never show it
   */
  public Connection secretHeader(String name, String prefix, String field, String secret) {
    String value = checkedValue(field, secret);
    if (!value.equals(value.strip()) || value.isEmpty()) { // OkHttp trims it; redact would miss it
      throw new IllegalArgumentException(
          field + " must not be blank, nor begin or end with a space");
    }
    return with(
        checkedName(name),
        prefix + value,
        value.length() < SHORTEST_MASKED ? List.of() : inAnswers(value));
  }

  /** A secret as it is, and as JSON writes it, which may escape a slash. */
  private static List<String> inAnswers(String secret) {
    String escaped = secret.replace("\\", "\\\\").replace("\"", "\\\"");
    return List.of(secret, escaped, escaped.replace("/", "\\/"));
  }

  private Connection with(String name, String value, List<String> moreSecrets) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    List<String> all = new ArrayList<>(secrets);
    all.addAll(moreSecrets);
    all.sort(Comparator.comparing(String::length).reversed()); // none hides inside another
    return new Connection(provider, base, more, all);
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
  String provider() {
    return provider;
  }

  HttpUrl base() {
    return base;
  }

  Map<String, String> headers() {
    return headers;
  }

  HttpUrl url(WireRequest request) {
    HttpUrl.Builder url = base.newBuilder();
    request.path().forEach(url::addPathSegment);
    return url.build();
  }

  /** The text with every secret in it replaced. */
  String redact(String text) {
    String clean = text;
    for (String secret : secrets) {
      clean = clean.replace(secret, "██");
    }
    return clean;
  }

  /** As {@link #redact}, where the text may break off inside a secret. */
  String redactCut(String text) {
    String clean = redact(text);
    for (String secret : secrets) {
      for (int length = secret.length() - 1; length > 3; length--) { // less tells nothing
        if (clean.endsWith(secret.substring(0, length))) {
          return clean.substring(0, clean.length() - length) + "██";
        }
      }
    }
    return clean;
  }

  @Override
  public String toString() {
    return provider + " at " + base.host().toLowerCase(Locale.ROOT);
  }
}
