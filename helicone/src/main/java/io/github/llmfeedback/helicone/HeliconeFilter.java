package io.github.llmfeedback.helicone;

import io.github.llmfeedback.helicone.HeliconeCondition.Asked;
import io.github.llmfeedback.helicone.HeliconeCondition.Chain;
import io.github.llmfeedback.helicone.HeliconeCondition.Column;
import io.github.llmfeedback.helicone.HeliconeCondition.Single;
import io.github.llmfeedback.spi.WireText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which rated requests a {@link HeliconeQuery} is after. Immutable.
 *
 * <pre>{@code
 * negative().and(model("gpt-4o").or(model("gpt-4o-mini"))).and(since(yesterday))
 * }</pre>
 *
 * <p>Requests that nobody rated are never among them, whatever the filter. Every row is checked
 * here, too: what comes back meets the filter exactly, although the server cuts times to whole
 * seconds and finds a request by what it once was.
 *
 * <p>Chains of {@code and} and of {@code or} may have any length. Up to 1,000 conditions are asked
 * of the server; those of a longer chain are only checked here, so that more rows are read than
 * come back: put {@link #since} and {@link #before} beside it. {@code and} and {@code or} may be
 * nested in 25 turns.
 */
public final class HeliconeFilter {
  private static final HeliconeFilter RATED = new HeliconeFilter(null, false);

  private static final HeliconeFilter NOTHING =
      new HeliconeFilter(
          new Single(Column.REQUEST_ID, "equals", null, null, request -> false), false);

  /** The first and the last time that a row can have and the server can read. */
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  /**
   * Words that the server reads as "is empty" and "is null" where a user or a model is asked for
   * (observed, 2026-07); so these are only checked here.
   */
  private static final Set<String> NO_VALUES = Set.of("null", "__empty__");

  private final @Nullable HeliconeCondition condition;
  private final boolean onlyPositive;

  private HeliconeFilter(@Nullable HeliconeCondition condition, boolean onlyPositive) {
    this.condition = condition;
    this.onlyPositive = onlyPositive;
  }

  /** Every rated request. */
  public static HeliconeFilter rated() {
    return RATED;
  }

  /** Requests rated up. */
  public static HeliconeFilter positive() {
    return new HeliconeFilter(
        new Single(Column.RATING, "equals", true, null, HeliconeRatedRequest::isPositive), true);
  }

  /** Requests rated down. */
  public static HeliconeFilter negative() {
    return of(Column.RATING, "equals", false, request -> !request.isPositive());
  }

  /** The request with this id, in any case, if it was rated. */
  public static HeliconeFilter requestId(String id) {
    String lower = lower("id", id);
    return of(
        Column.REQUEST_ID,
        "equals",
        lower,
        request -> request.requestId().toLowerCase(Locale.ROOT).equals(lower));
  }

  /**
   * The requests with these ids, in any case, as far as they were rated. No ids find nothing,
   * without asking. For more than 1,000 ids make several queries: so many cannot be asked for at
   * once, and all rated requests would be read to find them.
   */
  public static HeliconeFilter requestIds(Collection<String> ids) {
    Objects.requireNonNull(ids, "ids must not be null");
    Set<String> distinct = new LinkedHashSet<>();
    int index = 0;
    for (String id : ids) {
      distinct.add(lower("id " + index++, id));
    }
    return distinct.stream().map(HeliconeFilter::requestId).reduce(NOTHING, HeliconeFilter::or);
  }

  /** Requests made at this time or later; in the years 1 to 9999. */
  public static HeliconeFilter since(Instant time) {
    Instant first = bounded("since", time).truncatedTo(ChronoUnit.SECONDS);
    return of(
        Column.CREATED_AT,
        "gte",
        first.isBefore(FIRST) ? null : first.toString(),
        request -> request.createdAt().filter(made -> !made.isBefore(time)).isPresent());
  }

  /** Requests made before this time; in the years 1 to 9999. */
  public static HeliconeFilter before(Instant time) {
    Instant whole = bounded("before", time).truncatedTo(ChronoUnit.SECONDS);
    Instant end = whole.equals(time) ? whole : whole.plusSeconds(1);
    return of(
        Column.CREATED_AT,
        "lt",
        end.isAfter(LAST) ? null : end.toString(),
        request -> request.createdAt().filter(made -> made.isBefore(time)).isPresent());
  }

  /** Requests that carried {@code Helicone-User-Id: user}. */
  public static HeliconeFilter user(String user) {
    return of(
        Column.USER,
        "equals",
        askable(WireText.notBlank("user", user)),
        request -> request.user().filter(user::equals).isPresent());
  }

  /** Requests to exactly this model. */
  public static HeliconeFilter model(String model) {
    return of(
        Column.MODEL,
        "equals",
        askable(WireText.notBlank("model", model)),
        request -> request.isToModel(model));
  }

  /**
   * Requests that carried {@code Helicone-Property-name: value}. Helicone keeps the name in lower
   * case, in older rows as it was sent (observed, 2026-07): both are found.
   */
  public static HeliconeFilter property(String name, String value) {
    String lower = lower("name", name);
    HeliconeFilter kept = keptProperty(lower, WireText.notBlank("value", value));
    return lower.equals(name) ? kept : keptProperty(name, value).or(kept);
  }

  private static HeliconeFilter keptProperty(String name, String value) {
    return new HeliconeFilter(
        new Single(
            Column.PROPERTY,
            "equals",
            value,
            name,
            request -> value.equals(request.properties().get(name))),
        false);
  }

  private static HeliconeFilter of(
      Column column,
      String operator,
      @Nullable Object value,
      Predicate<HeliconeRatedRequest> check) {
    return new HeliconeFilter(new Single(column, operator, value, null, check), false);
  }

  private static String lower(String field, String value) {
    return WireText.notBlank(field, value).toLowerCase(Locale.ROOT);
  }

  private static @Nullable String askable(String value) {
    return NO_VALUES.contains(value) ? null : value;
  }

  private static Instant bounded(String field, Instant time) {
    Objects.requireNonNull(time, () -> field + " must not be null");
    if (time.isAfter(LAST) || !time.isAfter(FIRST.minusMillis(1))) {
      throw new IllegalArgumentException(field + " must be in the years 1 to 9999, but is " + time);
    }
    return time;
  }

  /**
   * Requests that this filter and the other are both after.
   *
   * @throws IllegalArgumentException if it is more than 25 turns of {@code and} and {@code or} deep
   */
  public HeliconeFilter and(HeliconeFilter other) {
    Objects.requireNonNull(other, "other filter must not be null");
    if (findsNothing() || other.findsNothing()) {
      return NOTHING;
    }
    return new HeliconeFilter(
        condition == null
            ? other.condition
            : other.condition == null ? condition : Chain.of(true, condition, other.condition),
        onlyPositive || other.onlyPositive);
  }

  /**
   * Requests that this filter or the other is after.
   *
   * @throws IllegalArgumentException if it is more than 25 turns of {@code and} and {@code or} deep
   */
  public HeliconeFilter or(HeliconeFilter other) {
    Objects.requireNonNull(other, "other filter must not be null");
    if (findsNothing() || other.findsNothing()) {
      return findsNothing() ? other : this;
    }
    return new HeliconeFilter(
        condition == null || other.condition == null
            ? null
            : Chain.of(false, condition, other.condition),
        onlyPositive && other.onlyPositive);
  }

  /** Whether no request meets it, so that nobody needs to be asked. */
  boolean findsNothing() {
    return this == NOTHING;
  }

  /** Whether a request meets it. */
  Predicate<HeliconeRatedRequest> check() {
    return condition == null ? request -> true : condition.check();
  }

  /** What the server is asked. */
  Asked asked(boolean viaRequestQuery) {
    return condition == null ? Asked.NOTHING : condition.asked(viaRequestQuery);
  }

  /** Whether what is asked finds nothing but requests rated up. */
  boolean asksForPositive(Asked asked) {
    return onlyPositive && asked.isExact();
  }
}
