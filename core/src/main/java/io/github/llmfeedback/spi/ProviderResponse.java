package io.github.llmfeedback.spi;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A provider's response, with its body bounded and read. Immutable.
 *
 * <p>A place in the JSON is identified by a JSON pointer (RFC 6901), such as {@code
 * /error/message}.
 */
public final class ProviderResponse {
  /**
   * The maximum size of a response in bytes; far more than a provider needs to respond to feedback.
   */
  public static final int MAX_BYTES = 1 << 20;

  /** The same for the response to a read-only request, which may be a page of many rows. */
  public static final int MAX_READ_ONLY_BYTES = 8 << 20;

  /** The places that dialects ask for again and again; the others have an index in them. */
  private static volatile Map<String, JsonPointer> pointers = Map.of();

  private static final int MAX_POINTERS = 200;

  private final int status;
  private final Function<String, @Nullable String> headers;
  private final byte @Nullable [] body;
  private final BodyEnd end;
  private final int most;
  private final @Nullable JsonNode json;
  private final @Nullable Duration retryAfter;

  private ProviderResponse(
      int status,
      Function<String, @Nullable String> headers,
      byte[] body,
      BodyEnd end,
      int most,
      @Nullable Duration retryAfter) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.most = most;
    WireJson.Reading reading = end == BodyEnd.WHOLE ? WireJson.read(body, most) : null;
    this.end = reading != null && reading.isTooRich() ? BodyEnd.TOO_LARGE : end;
    this.json = reading == null ? null : reading.json();
    this.retryAfter = retryAfter;
  }

  private ProviderResponse(ProviderResponse whole, JsonNode json) {
    this.status = whole.status;
    this.headers = whole.headers;
    this.body = null;
    this.end = BodyEnd.WHOLE;
    this.most = whole.most;
    this.json = json;
    this.retryAfter = whole.retryAfter;
  }

  /**
   * The response that a server gave, as the transport read it.
   *
   * @param headers the last value of a header by its name in any case; null if there is no such
   *     header
   * @param body as much of it as was read
   * @param end why no more was read
   * @param limit its maximum size in bytes; the number of JSON values in it is bounded accordingly
   * @param retryAfter how long the server asks to wait
   */
  public static ProviderResponse read(
      int status,
      Function<String, @Nullable String> headers,
      byte[] body,
      BodyEnd end,
      int limit,
      @Nullable Duration retryAfter) {
    return new ProviderResponse(status, headers, body, end, limit, retryAfter);
  }

  /** A response that did not come from a server, for tests of a dialect. */
  public static ProviderResponse of(int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return read(status, name -> null, bytes, BodyEnd.WHOLE, MAX_READ_ONLY_BYTES, null);
  }

  /**
   * This response with one more header, for tests of a dialect. Of {@code Retry-After}, only
   * seconds are read, not a date.
   */
  public ProviderResponse withHeader(String name, String value) {
    return new ProviderResponse(
        status,
        other -> name.equalsIgnoreCase(other) ? value : headers.apply(other),
        text().getBytes(StandardCharsets.UTF_8),
        end,
        most,
        name.equalsIgnoreCase("Retry-After") ? seconds(value) : retryAfter);
  }

  private static @Nullable Duration seconds(String value) {
    return value.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Whether the status is a 2xx. */
  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** The last value of a header, by a name in any case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.apply(name));
  }

  /** How long the server asks to wait ({@code Retry-After}), if that can be read. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** Whether the body is empty or only white space. */
  public boolean isEmpty() {
    return text().isBlank();
  }

  /** Whether the body is a web page. */
  public boolean isHtml() {
    return header("Content-Type").orElse("").toLowerCase(java.util.Locale.ROOT).contains("html")
        || text().stripLeading().startsWith("<");
  }

  /**
   * Whether the body could not be read to its end: the connection broke, the limit was reached, or
   * it could not be decompressed.
   */
  public boolean isCut() {
    return end != BodyEnd.WHOLE;
  }

  /**
   * Whether the body is larger than a response may be: 1 MB and 16,384 JSON values, or 8 MB and
   * 131,072 values for the response to a read-only request.
   */
  public boolean isTooLarge() {
    return end == BodyEnd.TOO_LARGE;
  }

  /** How large the body may be, such as {@code "8 MB"}. */
  String limit() {
    return (most >> 20) + " MB";
  }

  /** How far the body could be read. */
  BodyEnd end() {
    return end;
  }

  /** Whether the body is a JSON object. */
  public boolean isObject() {
    return json != null && json.isObject();
  }

  /** Whether the body is a JSON array. */
  public boolean isArray() {
    return json != null && json.isArray();
  }

  /** Whether there is an array at this place. */
  public boolean isArray(String pointer) {
    JsonNode node = at(pointer);
    return node != null && node.isArray();
  }

  /** Whether there is anything but null at this place. */
  public boolean has(String pointer) {
    JsonNode node = at(pointer);
    return node != null && !node.isNull();
  }

  /** Whether there is anything but null at any of these places. */
  public boolean hasAny(String... pointers) {
    for (String pointer : pointers) {
      if (has(pointer)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether this place has content: a text that is not blank, an object or list that is not empty,
   * {@code true}, or a number other than 0.
   */
  public boolean hasContent(String pointer) {
    JsonNode node = at(pointer);
    if (node == null || node.isNull()) {
      return false;
    } else if (node.isTextual()) {
      return !node.asText().isBlank();
    } else if (node.isContainerNode()) {
      return !node.isEmpty();
    }
    return node.isBoolean() ? node.booleanValue() : node.decimalValue().signum() != 0;
  }

  /** Whether a key or index exists at this place, even if its value is null. */
  public boolean exists(String pointer) {
    return at(pointer) != null;
  }

  /** Whether there is a text at this place, not a number. */
  public boolean isText(String pointer) {
    JsonNode node = at(pointer);
    return node != null && node.isTextual();
  }

  /** Whether there is a text, an object or a list at this place. */
  boolean isTextOrContainer(String pointer) {
    JsonNode node = at(pointer);
    return node != null && (node.isTextual() || node.isContainerNode());
  }

  /** The text or number at this place, as text. */
  public Optional<String> text(String pointer) {
    JsonNode node = at(pointer);
    return node != null && (node.isTextual() || node.isNumber())
        ? Optional.of(node.asText())
        : Optional.empty();
  }

  /** The text or number at the first of these places that has one, as text. */
  public Optional<String> firstText(String... pointers) {
    for (String pointer : pointers) {
      Optional<String> text = text(pointer);
      if (text.isPresent()) {
        return text;
      }
    }
    return Optional.empty();
  }

  /** The id at this place: its text or number, as text, unless it is blank. */
  public Optional<String> id(String pointer) {
    return text(pointer).filter(id -> !id.isBlank());
  }

  /** Whether this text, or a number that is written like it, is at this place. */
  public boolean hasText(String pointer, String text) {
    return text.equals(text(pointer).orElse(null));
  }

  /** Whether a text or number other than this one is at this place. */
  public boolean hasOtherText(String pointer, String text) {
    return !text.equals(text(pointer).orElse(text));
  }

  /** The whole number at this place. */
  public OptionalInt number(String pointer) {
    JsonNode node = at(pointer);
    return node != null && node.canConvertToInt() && node.isIntegralNumber()
        ? OptionalInt.of(node.intValue())
        : OptionalInt.empty();
  }

  /** How many items the array at this place has; 0 if there is no array. The root is {@code ""}. */
  public int size(String pointer) {
    JsonNode node = at(pointer);
    return node != null && node.isArray() ? node.size() : 0;
  }

  /** The texts and numbers in the array at this place, as texts; other items are skipped. */
  public List<String> texts(String pointer) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < size(pointer); i++) {
      text(pointer + "/" + i).ifPresent(texts::add);
    }
    return texts;
  }

  /** The truth value at this place. */
  public Optional<Boolean> flag(String pointer) {
    JsonNode node = at(pointer);
    return node != null && node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
  }

  /** The texts and numbers in the object at this place, as texts by their keys, in order. */
  public Map<String, String> entries(String pointer) {
    Map<String, String> entries = new LinkedHashMap<>();
    JsonNode node = at(pointer);
    if (node != null) {
      node.fieldNames() // properties() would need Jackson 2.15
          .forEachRemaining(
              name -> {
                JsonNode value = node.get(name);
                if (value.isTextual() || value.isNumber()) {
                  entries.put(name, value.asText());
                }
              });
    }
    return entries;
  }

  /** The items of the array at this place, each as a response of its own. */
  public List<ProviderResponse> items(String pointer) {
    List<ProviderResponse> items = new ArrayList<>();
    JsonNode node = at(pointer);
    if (node != null && node.isArray()) {
      for (JsonNode item : node) {
        items.add(new ProviderResponse(this, item));
      }
    }
    return items;
  }

  /** The JSON as text; empty if the body is not JSON. */
  public String json() {
    return json == null ? "" : json.toString();
  }

  private @Nullable JsonNode at(String pointer) {
    if (json == null || pointer.isEmpty()) {
      return json;
    }
    JsonNode node = json.at(compiled(pointer));
    return node.isMissingNode() ? null : node;
  }

  private static JsonPointer compiled(String pointer) {
    Map<String, JsonPointer> before = pointers;
    JsonPointer known = before.get(pointer);
    if (known == null) {
      known = JsonPointer.compile(pointer);
      if (before.size() < MAX_POINTERS) {
        Map<String, JsonPointer> more = new HashMap<>(before);
        more.put(pointer, known);
        pointers = more;
      }
    }
    return known;
  }

  /** The body as text; bytes that are not UTF-8 are replaced. */
  public String text() {
    return body == null ? json() : new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "ProviderResponse "
        + status
        + (body == null ? ", an item" : ", " + body.length + " bytes");
  }
}
