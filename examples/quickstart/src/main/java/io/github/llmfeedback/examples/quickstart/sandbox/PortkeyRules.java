package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/** What Portkey requires of one feedback object. */
enum PortkeyRules {
  CREATE,
  UPDATE;

  /** The first fault of the object; empty when there is none. */
  Optional<String> fault(JsonNode item) {
    if (!item.isObject()) {
      return Optional.of("expected a JSON object");
    }
    for (Map.Entry<String, JsonNode> field : Json.fields(item).entrySet()) {
      Optional<String> fault = fault(field.getKey(), field.getValue());
      if (fault.isPresent()) {
        return fault;
      }
    }
    if (this == CREATE && !item.has("trace_id")) {
      return Optional.of("trace_id is required");
    }
    return item.has("value") ? Optional.empty() : Optional.of("value is required");
  }

  private Optional<String> fault(String name, JsonNode value) {
    return switch (name) {
      case "trace_id" ->
          this == UPDATE
              ? Optional.of("trace_id is not allowed")
              : demand(
                  value.isTextual() && !value.textValue().isEmpty(), "trace_id must be a string");
      case "value" ->
          demand(
              value.isIntegralNumber() && value.canConvertToInt() && between(value, -10, 10),
              "value must be an integer between -10 and 10");
      case "weight" ->
          demand(value.isNumber() && between(value, 0, 1), "weight must be between 0 and 1");
      case "metadata" -> demand(value.isObject(), "metadata must be an object");
      default -> Optional.of(name + " is not allowed");
    };
  }

  private static Optional<String> demand(boolean met, String message) {
    return met ? Optional.empty() : Optional.of(message);
  }

  private static boolean between(JsonNode number, int min, int max) {
    return number.doubleValue() >= min && number.doubleValue() <= max;
  }
}
