package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Helicone's filter language, as far as the sandbox knows it.
 *
 * <p>A leaf that names two columns or two operators is not an error: the first one counts, the
 * others are ignored, as on the real server. A filter is tested on each stored version of a row.
 */
final class HeliconeFilter {
  private static final String TABLE = "request_response_rmt";
  private static final Predicate<HeliconeRow> EVERY_ROW = Objects::nonNull;

  /** ClickHouse's limit, and what a nesting takes of it (observed 2026-11: 200 are too many). */
  private static final int PARSE_DEPTH = 1000;

  private static final int DEPTH_OF_A_BRANCH = 5;

  private HeliconeFilter() {}

  /** The rows that a filter chooses; empty when it is not a filter. */
  static Optional<Predicate<HeliconeRow>> parse(JsonNode filter) {
    if (filter.isTextual()) {
      return Optional.of(EVERY_ROW).filter(every -> filter.textValue().equals("all"));
    }
    if (filter.size() == 1 && filter.has(TABLE)) {
      return first(filter.path(TABLE), HeliconeFilter::column);
    }
    if (isBranch(filter)) {
      return branch(filter);
    }
    return Optional.of(EVERY_ROW).filter(every -> filter.isObject() && filter.isEmpty());
  }

  /**
   * Whether the database refuses to parse the filter, which the real server answers with an empty
   * list.
   */
  static boolean isTooDeep(JsonNode filter) {
    // Level by level: recursion would overflow the stack on what this is to find.
    List<JsonNode> branches = Stream.of(filter).filter(HeliconeFilter::isBranch).toList();
    int depth = 0;
    while (!branches.isEmpty() && depth < PARSE_DEPTH) {
      depth += DEPTH_OF_A_BRANCH;
      branches =
          branches.stream()
              .flatMap(branch -> Stream.of(branch.path("left"), branch.path("right")))
              .filter(HeliconeFilter::isBranch)
              .toList();
    }
    return depth >= PARSE_DEPTH;
  }

  private static boolean isBranch(JsonNode filter) {
    return filter.size() == 3 && filter.has("left") && filter.has("right");
  }

  private static Optional<Predicate<HeliconeRow>> branch(JsonNode filter) {
    Optional<Predicate<HeliconeRow>> left = parse(filter.path("left"));
    Optional<Predicate<HeliconeRow>> right = parse(filter.path("right"));
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    return switch (filter.path("operator").asText()) {
      case "and" -> Optional.of(left.get().and(right.get()));
      case "or" -> Optional.of(left.get().or(right.get()));
      default -> Optional.empty();
    };
  }

  private static Optional<Predicate<HeliconeRow>> column(String name, JsonNode operators) {
    return switch (name) {
      case "helicone-score-feedback" -> first(operators, HeliconeFilter::score);
      case "request_created_at" -> first(operators, HeliconeFilter::time);
      case "request_id" -> text(operators, id -> row -> id.equals(row.id().toString()));
      case "user_id" -> text(operators, user -> wordOrMagic(user, HeliconeRow::user));
      case "model" -> text(operators, model -> wordOrMagic(model, HeliconeRow::model));
      case "properties" ->
          first(
              operators,
              (key, inner) -> text(inner, value -> row -> value.equals(row.properties().get(key))));
      default -> Optional.empty();
    };
  }

  /** A filter for false also matches the rows without a rating. */
  private static Optional<Predicate<HeliconeRow>> score(String operator, JsonNode operand) {
    if (!operator.equals("equals") || !operand.isBoolean()) {
      return Optional.empty();
    }
    return Optional.of(row -> row.isPositive() == operand.booleanValue());
  }

  private static Optional<Predicate<HeliconeRow>> text(
      JsonNode operators, Function<String, Predicate<HeliconeRow>> meaning) {
    return first(
        operators,
        (operator, operand) ->
            operator.equals("equals") && operand.isTextual()
                ? Optional.of(meaning.apply(operand.textValue()))
                : Optional.empty());
  }

  /** Two words ask for no value instead of themselves; a value is never null, but can be empty. */
  private static Predicate<HeliconeRow> wordOrMagic(
      String word, Function<HeliconeRow, String> column) {
    return switch (word) {
      case "null" -> row -> false;
      case "__empty__" -> row -> column.apply(row).isEmpty();
      default -> row -> column.apply(row).equals(word);
    };
  }

  private static Optional<Predicate<HeliconeRow>> time(String operator, JsonNode operand) {
    return instant(operand)
        .flatMap(
            then ->
                switch (operator) {
                  case "equals" -> Optional.of(row -> row.createdAt().equals(then));
                  case "gt" -> Optional.of(row -> row.createdAt().isAfter(then));
                  case "gte" -> Optional.of(row -> !row.createdAt().isBefore(then));
                  case "lt" -> Optional.of(row -> row.createdAt().isBefore(then));
                  case "lte" -> Optional.of(row -> !row.createdAt().isAfter(then));
                  default -> Optional.empty();
                });
  }

  /** The server cuts a filter's time to whole seconds, but not the row's (observed 2026-11). */
  private static Optional<Instant> instant(JsonNode operand) {
    try {
      return Optional.of(
          OffsetDateTime.parse(operand.asText()).toInstant().truncatedTo(ChronoUnit.SECONDS));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  /** Every field must be readable; the first one counts, and none at all lets every row pass. */
  private static Optional<Predicate<HeliconeRow>> first(
      JsonNode object, BiFunction<String, JsonNode, Optional<Predicate<HeliconeRow>>> reading) {
    if (!object.isObject()) {
      return Optional.empty();
    }
    Optional<Predicate<HeliconeRow>> first = Optional.empty();
    for (Map.Entry<String, JsonNode> field : Json.fields(object).entrySet()) {
      Optional<Predicate<HeliconeRow>> read = reading.apply(field.getKey(), field.getValue());
      if (read.isEmpty()) {
        return Optional.empty();
      }
      first = first.isPresent() ? first : read;
    }
    return first.isPresent() ? first : Optional.of(EVERY_ROW);
  }
}
