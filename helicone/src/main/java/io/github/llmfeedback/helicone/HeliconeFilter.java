package io.github.llmfeedback.helicone;

import io.github.llmfeedback.spi.WireText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which rated requests a {@link HeliconeQuery} is after. Immutable.
 *
 * <pre>{@code
 * negative().and(model("gpt-4o").or(model("gpt-4o-mini"))).and(since(yesterday))
 * }</pre>
 *
 * <p>Requests that nobody rated are never among them, whatever the filter.
 */
public final class HeliconeFilter {
  private static final HeliconeFilter RATED = new HeliconeFilter(null, rating -> true, false);

  /** The first and the last time that a row can have and the server can read. */
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  private final @Nullable Node node;
  private final Predicate<Boolean> keeps;
  private final boolean onlyPositive;

  private HeliconeFilter(@Nullable Node node, Predicate<Boolean> keeps, boolean onlyPositive) {
    this.node = node;
    this.keeps = keeps;
    this.onlyPositive = onlyPositive;
  }

  /** Every rated request. */
  public static HeliconeFilter rated() {
    return RATED;
  }

  /** Requests rated up. */
  public static HeliconeFilter positive() {
    return new HeliconeFilter(
        new Leaf(Column.RATING, "equals", true, null), rating -> rating, true);
  }

  /** Requests rated down. */
  public static HeliconeFilter negative() {
    return new HeliconeFilter(
        new Leaf(Column.RATING, "equals", false, null), rating -> !rating, false);
  }

  /** The request with this id, if it was rated. */
  public static HeliconeFilter requestId(String id) {
    return leaf(Column.REQUEST_ID, "equals", WireText.notBlank("id", id).toLowerCase(Locale.ROOT));
  }

  /** Requests made at this time or later; in the years 1 to 9999. */
  public static HeliconeFilter since(Instant time) {
    return leaf(Column.CREATED_AT, "gte", time("since", time));
  }

  /** Requests made before this time; in the years 1 to 9999. */
  public static HeliconeFilter before(Instant time) {
    return leaf(Column.CREATED_AT, "lt", time("before", time));
  }

  /** Requests that carried {@code Helicone-User-Id: user}. */
  public static HeliconeFilter user(String user) {
    return leaf(Column.USER, "equals", WireText.notBlank("user", user));
  }

  /** Requests to exactly this model. */
  public static HeliconeFilter model(String model) {
    return leaf(Column.MODEL, "equals", WireText.notBlank("model", model));
  }

  /** Requests that carried {@code Helicone-Property-name: value}. */
  public static HeliconeFilter property(String name, String value) {
    return new HeliconeFilter(
        new Leaf(
            Column.PROPERTY,
            "equals",
            WireText.notBlank("value", value),
            WireText.notBlank("name", name)),
        rating -> true,
        false);
  }

  private static HeliconeFilter leaf(Column column, String operator, Object value) {
    return new HeliconeFilter(new Leaf(column, operator, value, null), rating -> true, false);
  }

  /** Rows have whole milliseconds, so that rounding up changes neither "since" nor "before". */
  private static String time(String field, Instant time) {
    Objects.requireNonNull(time, () -> field + " must not be null");
    if (time.isAfter(LAST) || !time.isAfter(FIRST.minusMillis(1))) {
      throw new IllegalArgumentException(field + " must be in the years 1 to 9999, but is " + time);
    }
    Instant millis = time.truncatedTo(ChronoUnit.MILLIS);
    return (millis.equals(time) ? millis : millis.plusMillis(1)).toString();
  }

  /** Requests that this filter and the other are both after. */
  public HeliconeFilter and(HeliconeFilter other) {
    Objects.requireNonNull(other, "other filter must not be null");
    return new HeliconeFilter(
        node == null ? other.node : other.node == null ? node : new Branch(node, "and", other.node),
        keeps.and(other.keeps),
        onlyPositive || other.onlyPositive);
  }

  /** Requests that this filter or the other is after. */
  public HeliconeFilter or(HeliconeFilter other) {
    Objects.requireNonNull(other, "other filter must not be null");
    return new HeliconeFilter(
        node == null || other.node == null ? null : new Branch(node, "or", other.node),
        keeps.or(other.keeps),
        onlyPositive && other.onlyPositive);
  }

  /** Whether a row with this rating belongs, as far as its rating tells. */
  boolean keeps(boolean positive) {
    return keeps.test(positive);
  }

  /** Whether the server needs to be told to leave out what nobody rated. */
  boolean wantsScored() {
    return !onlyPositive;
  }

  /** The filter as the server reads it. */
  Object wire(boolean viaRequestQuery) {
    return node == null ? "all" : node.wire(viaRequestQuery);
  }

  /**
   * Tables and names for {@code request/query} are those of Helicone's OpenAPI document (2026-07).
   */
  private enum Column {
    RATING("helicone-score-feedback", "feedback", "rating"),
    REQUEST_ID("request_id", "request", "id"),
    CREATED_AT("request_created_at", "request", "created_at"),
    USER("user_id", "request", "user_id"),
    MODEL("model", "request", "model"),
    PROPERTY("properties", "properties", "");

    private final String name;
    private final String requestQueryTable;
    private final String requestQueryName;

    Column(String name, String requestQueryTable, String requestQueryName) {
      this.name = name;
      this.requestQueryTable = requestQueryTable;
      this.requestQueryName = requestQueryName;
    }
  }

  private sealed interface Node {
    Object wire(boolean viaRequestQuery);
  }

  /** One column and one operator: the server silently ignores others (observed, 2026-11). */
  private record Leaf(Column column, String operator, Object value, @Nullable String property)
      implements Node {
    @Override
    public Object wire(boolean viaRequestQuery) {
      Map<String, Object> test = Map.of(operator, value);
      if (viaRequestQuery) {
        return Map.of(
            column.requestQueryTable,
            Map.of(property == null ? column.requestQueryName : property, test));
      }
      return Map.of(
          "request_response_rmt",
          Map.of(column.name, property == null ? test : Map.of(property, test)));
    }
  }

  private record Branch(Node left, String operator, Node right) implements Node {
    @Override
    public Object wire(boolean viaRequestQuery) {
      return new HeliconeWire.Branch(
          left.wire(viaRequestQuery), operator, right.wire(viaRequestQuery));
    }
  }
}
