package io.github.llmfeedback.spi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request below the client's base URL. Immutable. */
public final class WireRequest {
  private final String method;
  private final List<String> path;
  private final Object body;
  private final boolean repeatable;
  private final boolean readOnly;
  private final @Nullable Spacing spacing;

  private WireRequest(
      String method,
      List<String> path,
      Object body,
      boolean repeatable,
      boolean readOnly,
      @Nullable Spacing spacing) {
    this.method = method;
    this.path = path;
    this.body = body;
    this.repeatable = repeatable;
    this.readOnly = readOnly;
    this.spacing = spacing;
  }

  /**
   * A request that must not be repeated once it may have arrived.
   *
   * @param method the HTTP method, which must be one with a body
   * @param body what Jackson writes as the JSON body
   * @param path the segments below the base URL, unescaped; each stays one segment
   */
  public static WireRequest of(String method, Object body, String... path) {
    Objects.requireNonNull(method, "method must not be null");
    Objects.requireNonNull(body, "body must not be null");
    for (String segment : path) {
      Objects.requireNonNull(segment, "path segment must not be null");
      if (!WireText.isSegment(segment)) {
        throw new IllegalArgumentException(
            "a path segment must not be empty, '.' or '..', but one of " + List.of(path) + " is");
      }
      var unused = WireText.wellFormed("a path segment", segment); // OkHttp would write '?'
    }
    return new WireRequest(method, List.of(path), body, false, false, null);
  }

  /**
   * A request whose body is these wire objects: a single one as it is, several as a list. Otherwise
   * like {@link #of}.
   *
   * @param objects at least one
   */
  public static WireRequest ofObjects(String method, List<?> objects, String... path) {
    return of(method, objects.size() == 1 ? objects.get(0) : objects, path);
  }

  /** This request, which may arrive twice and still counts once. */
  public WireRequest repeatable() {
    return new WireRequest(method, path, body, true, readOnly, spacing);
  }

  /**
   * This request, which only reads: it stores nothing, so it may be repeated, and a failure leaves
   * no doubt about what was stored.
   */
  public WireRequest readOnly() {
    return new WireRequest(method, path, body, true, true, spacing);
  }

  /**
   * This request, sent in order with others that have the same key and go to the same base URL, and
   * at least this much time apart from them, whichever client of the process sends them. After a
   * request that surely stored nothing, the next one does not wait.
   */
  public WireRequest spacing(String key, Duration apart) {
    return new WireRequest(method, path, body, repeatable, readOnly, new Spacing(key, apart));
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  /** The segments below the base URL. */
  public List<String> path() {
    return path;
  }

  /** What is written as the JSON body. */
  public Object body() {
    return body;
  }

  /** The wire objects in the body: the items of a list, or else the body itself. */
  public List<?> objects() {
    return body instanceof List<?> several ? several : List.of(body);
  }

  /** The body's bytes, as they are sent. */
  public byte[] bytes() {
    return WireJson.write(body);
  }

  /** The body as the JSON that is sent, for tests of a dialect. */
  public String json() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Whether it may arrive twice and still counts once. */
  public boolean isRepeatable() {
    return repeatable;
  }

  /** Whether it only reads and stores nothing. */
  public boolean isReadOnly() {
    return readOnly;
  }

  /** How much time must pass between it and others, if any must. */
  public Optional<Spacing> spacing() {
    return Optional.ofNullable(spacing);
  }

  /**
   * Requests with the same key are sent one after the other.
   *
   * @param key what these requests have in common
   * @param apart the minimum time from the end of one that may have stored something to the
   *     beginning of the next
   */
  public record Spacing(String key, Duration apart) {}
}
