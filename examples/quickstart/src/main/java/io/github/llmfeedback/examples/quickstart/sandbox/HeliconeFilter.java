package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Helicone's filter language, as far as the sandbox knows it.
 *
 * <p>A leaf that names two columns or two operators is not an error: the first one counts, the
 * others are ignored, as on the real server.
 */
final class HeliconeFilter {
  private static final String TABLE = "request_response_rmt";
  private static final Predicate<HeliconeRow> EVERY_ROW = Objects::nonNull;

  private HeliconeFilter() {}

  /** The rows that a filter chooses; empty when it is not a filter. */
  static Optional<Predicate<HeliconeRow>> parse(JsonNode filter) {
    if (filter.isTextual()) {
      return Optional.of(EVERY_ROW).filter(every -> filter.textValue().equals("all"));
    }
    if (filter.size() == 1 && filter.has(TABLE)) {
      return first(filter.path(TABLE), HeliconeFilter::column);
    }
    if (filter.size() == 3 && filter.has("left") && filter.has("right")) {
      return branch(filter);
    }
    return Optional.of(EVERY_ROW).filter(every -> filter.isObject() && filter.isEmpty());
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
      case "request_id" -> text(operators, row -> Optional.of(row.id().toString()));
      case "user_id" -> text(operators, row -> Optional.of(row.user()));
      case "model" -> text(operators, row -> Optional.of(row.model()));
      case "properties" ->
          first(
              operators,
              (key, inner) -> text(inner, row -> Optional.ofNullable(row.properties().get(key))));
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
      JsonNode operators, Function<HeliconeRow, Optional<String>> column) {
    return first(
        operators,
        (operator, operand) -> {
          if (!operator.equals("equals") || !operand.isTextual()) {
            return Optional.empty();
          }
          String wanted = operand.textValue();
          return Optional.of(row -> column.apply(row).filter(wanted::equals).isPresent());
        });
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

  private static Optional<Instant> instant(JsonNode operand) {
    try {
      return Optional.of(OffsetDateTime.parse(operand.asText()).toInstant());
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
