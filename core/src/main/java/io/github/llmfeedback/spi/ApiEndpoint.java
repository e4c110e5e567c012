package io.github.llmfeedback.spi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Where a client's requests go and with which headers. Immutable; holds secrets, shows none. */
public final class ApiEndpoint {
  /** Not {@code *.localhost}: whether it stays here is up to the resolver, and Java's may ask. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}|::1");

  /**
   * Told by the text, because OkHttp makes a host of the first thing it finds: with {@code
   * https:///v1} the key would go to the host {@code v1}.
   */
  private static final Pattern NAMES_A_HOST =
      Pattern.compile("https?://[^/\\\\?#].*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

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

  /** From here on, a segment of the base URL's path may be a token that opens a gateway. */
  private static final int SHORTEST_TOKEN = 16;

  private final String provider;
  private final HttpUrl base;
  private final Map<String, String> headers;
  private final List<String> values;
  private final Set<String> shown;
  private final Secrets secrets;

  /**
   * A connection.
   *
   * @param values the headers' secrets
   * @param shown the segments of the base URL's path that everybody knows
   */
  private ApiEndpoint(
      String provider,
      HttpUrl base,
      Map<String, String> headers,
      List<String> values,
      Set<String> shown) {
    this.provider = provider;
    this.base = base;
    this.headers = headers;
    this.values = values;
    this.shown = shown;
    this.secrets = new Secrets(secrets(base, values, shown));
  }

  private static List<String> secrets(HttpUrl base, List<String> values, Set<String> shown) {
    List<String> secrets = new ArrayList<>(values);
    for (int i = 0; i < base.pathSize(); i++) {
      String segment = base.pathSegments().get(i);
      if (segment.length() >= SHORTEST_TOKEN && !shown.contains(segment)) {
        secrets.add(segment);
        secrets.add(base.encodedPathSegments().get(i));
      }
    }
    return secrets;
  }

  /**
   * A connection to a provider.
   *
   * @param baseUrl {@code https://host/path}, without query; a trailing slash does not matter
   * @param allowPlainHttp whether {@code http} may leave this machine
   * @throws IllegalArgumentException if it is no such URL
   */
  public static ApiEndpoint to(String provider, String baseUrl, boolean allowPlainHttp) {
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
    return new ApiEndpoint(provider, clean.build(), Map.of(), List.of(), Set.of());
  }

  /** This connection, whose base URL ends with this segment, which is added unless it does. */
  public ApiEndpoint endingWith(String segment) {
    List<String> path = base.pathSegments();
    return path.get(path.size() - 1).equals(segment)
        ? this
        : new ApiEndpoint(
            provider, base.newBuilder().addPathSegment(segment).build(), headers, values, shown);
  }

  /**
   * This connection, which shows these segments of its base URL's path in messages. Any other may
   * be a token, as gateways and test servers have it there.
   */
  public ApiEndpoint showing(Set<String> segments) {
    return new ApiEndpoint(provider, base, headers, values, Set.copyOf(segments));
  }

  /** This connection with a header on every request. */
  public ApiEndpoint header(String name, String value) {
    return with(checkedName(name), checkedValue("header " + name, value), "");
  }

  /**
   * This connection with a secret in a header on every request. From 8 characters on it is masked
   * in what is shown of a server's words.
   *
   * @param prefix what stands before the secret, such as {@code "Bearer "}
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
   * This connection with the API key in a header on every request. What surrounds a key where it
   * was copied from is refused.
   *
   * @param prefix what stands before the key, such as {@code "Bearer "}
   */
  public ApiEndpoint keyHeader(String name, String prefix, String key) {
    ApiEndpoint connection = secretHeader(name, prefix, "the API key", key);
    if (key.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw new IllegalArgumentException(
          "the API key must not begin with \"Bearer \"; give the key alone");
    }
    if ("'\"".indexOf(key.charAt(0)) >= 0 || "'\"".indexOf(key.charAt(key.length() - 1)) >= 0) {
      throw new IllegalArgumentException(
          "the API key must not stand in quotes; give the key alone");
    }
    return connection;
  }

  /**
   * This connection with a header that the application chose, whose value is treated as a secret.
   *
   * @throws IllegalArgumentException if this connection has the header already, or HTTP sets it
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
    return new ApiEndpoint(provider, base, more, all, shown);
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

  public HttpUrl base() {
    return base;
  }

  public Map<String, String> headers() {
    return headers;
  }

  public HttpUrl url(WireRequest request) {
    HttpUrl.Builder url = base.newBuilder();
    request.path().forEach(url::addPathSegment);
    HttpUrl plain = url.build();
    for (int i = plain.pathSize() - request.path().size(); i < plain.pathSize(); i++) {
      // OkHttp leaves these, and some servers take what follows for a parameter of the segment.
      String segment = plain.encodedPathSegments().get(i).replace(",", "%2C").replace(";", "%3B");
      url.setEncodedPathSegment(i, segment);
    }
    return url.build();
  }

  /** A request's address as messages show it: without what may be a token in the base URL. */
  public String place(WireRequest request) {
    HttpUrl url = url(request);
    StringBuilder place = new StringBuilder();
    boolean hides = false;
    int own = url.pathSize() - request.path().size();
    for (int i = 0; i < url.pathSize(); i++) {
      String segment = url.pathSegments().get(i);
      if (i < own && !segment.isEmpty() && !shown.contains(segment)) {
        place.append(hides ? "" : "/…");
        hides = true;
      } else {
        place.append('/').append(url.encodedPathSegments().get(i));
        hides = false;
      }
    }
    HttpUrl root = url.newBuilder().encodedPath("/").build();
    String host = root.toString();
    return redact(host.substring(0, host.length() - 1) + place);
  }

  /** The text with every secret in it masked. */
  public String redact(String text) {
    return secrets.mask(text);
  }

  /** As {@link #redact}, where the text may break off inside a secret. */
  String redactCut(String text) {
    return secrets.maskCut(text);
  }

  /** As {@link #redact}, of so many first characters; {@code isCut} if there would be more. */
  public String excerpt(String text, int most, boolean isCut) {
    return secrets.excerpt(text, most, isCut);
  }

  @Override
  public String toString() {
    return provider + " at " + base.host().toLowerCase(Locale.ROOT);
  }
}
