package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Helicone's query route: checks a query, then answers it from the rows. */
final class HeliconeQueries {
  private final HeliconeRows rows;

  HeliconeQueries(HeliconeRows rows) {
    this.rows = rows;
  }

  Reply answer(JsonNode query) {
    return fault(query).orElseGet(() -> checked(query));
  }

  private Reply checked(JsonNode query) {
    JsonNode filter = query.path("filter");
    if (HeliconeFilter.isTooDeep(filter)) {
      return HeliconeReply.ok(Json.array());
    }
    Optional<Predicate<HeliconeRow>> chosen = HeliconeFilter.parse(filter);
    if (chosen.isEmpty()) {
      return HeliconeReply.invalid(
          "requestBody.filter", "Could not match the union against any of the items.", filter);
    }
    double limit = query.path("limit").asDouble(10);
    if (limit < 0 || limit > 1000) {
      return HeliconeReply.failed("invalid limit");
    }
    boolean ascending = query.path("sort").path("created_at").asText().equals("asc");
    boolean scoredOnly = query.path("isScored").booleanValue();
    ArrayNode data = Json.array();
    rows.page(
            chosen.get().and(row -> !scoredOnly || row.isScored()),
            ascending,
            Math.max(0, query.path("offset").asLong(0)),
            (long) limit)
        .forEach(row -> data.add(row.json()));
    return HeliconeReply.ok(data);
  }

  private static Optional<Reply> fault(JsonNode query) {
    if (!query.isObject()) {
      return Optional.of(HeliconeReply.invalid("requestBody", "invalid object", query));
    }
    for (Map.Entry<String, JsonNode> field : Json.fields(query).entrySet()) {
      Optional<Reply> fault = fault(field.getKey(), field.getValue());
      if (fault.isPresent()) {
        return fault;
      }
    }
    return query.has("filter") ? Optional.empty() : Optional.of(HeliconeReply.missing("filter"));
  }

  private static Optional<Reply> fault(String name, JsonNode value) {
    return switch (name) {
      case "filter" -> Optional.empty();
      case "limit", "offset" -> demand(value.isNumber(), name, "invalid float number", value);
      case "isScored", "isCached", "includeInputs", "isPartOfExperiment" ->
          demand(value.isBoolean(), name, "invalid boolean value", value);
      case "sort" -> sortFault(value);
      // The real server puts the key where the value belongs (observed 2026-11-20).
      default -> demand(false, name, HeliconeReply.excess(name), TextNode.valueOf(name));
    };
  }

  /** The sandbox sorts by time alone. */
  private static Optional<Reply> sortFault(JsonNode sort) {
    if (!sort.isObject()) {
      return demand(false, "sort", "invalid object", sort);
    }
    for (Map.Entry<String, JsonNode> field : Json.fields(sort).entrySet()) {
      if (!field.getKey().equals("created_at")) {
        return demand(false, "sort", HeliconeReply.excess(field.getKey()), sort);
      }
      String direction = field.getValue().asText();
      if (!direction.equals("asc") && !direction.equals("desc")) {
        String message = "should be one of the following; ['asc','desc']";
        return demand(false, "sort.created_at", message, field.getValue());
      }
    }
    return Optional.empty();
  }

  private static Optional<Reply> demand(boolean met, String field, String message, JsonNode value) {
    return met
        ? Optional.empty()
        : Optional.of(HeliconeReply.invalid("requestBody." + field, message, value));
  }
}
