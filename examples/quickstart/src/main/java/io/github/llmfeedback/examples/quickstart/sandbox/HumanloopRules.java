package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;

/** What Humanloop requires of a body; errors name their location, as the real ones do. */
final class HumanloopRules {
  private static final List<String> FIELDS =
      List.of("type", "value", "data_id", "user", "created_at", "unset");
  private static final Set<String> UNSET_WITHOUT_VALUE = Set.of("rating", "correction", "comment");
  private static final Set<String> UNSET_WITH_VALUE = Set.of("action", "issue");

  private final JsonNode item;
  private final int index;
  private final ArrayNode faults;

  private HumanloopRules(JsonNode item, int index, ArrayNode faults) {
    this.item = item;
    this.index = index;
    this.faults = faults;
  }

  /** The entries of {@code detail}; empty when the body is valid. */
  static ArrayNode faults(JsonNode body) {
    ArrayNode faults = Json.array();
    if (body.isArray()) {
      for (int i = 0; i < body.size(); i++) {
        new HumanloopRules(body.path(i), i, faults).check();
      }
    } else {
      new HumanloopRules(body, -1, faults).check();
    }
    return faults;
  }

  private void check() {
    if (!item.isObject()) {
      fault("", "value is not a valid dict", "type_error.dict");
      return;
    }
    for (String field : FIELDS) {
      JsonNode value = item.path(field);
      if (value.isNull()) {
        fault(field, "none is not an allowed value", "type_error.none.not_allowed");
      } else if (!value.isMissingNode()) {
        checkGiven(field, value);
      }
    }
    require("type", true);
    require("data_id", true);
    checkPresenceOfValue();
  }

  private void checkGiven(String field, JsonNode value) {
    switch (field) {
      case "type", "data_id", "user" -> {
        if (Json.isBlankOrNoText(value)) {
          fault(field, "str type expected", "type_error.str");
        }
      }
      case "value" -> {
        if (!isValue(value)) {
          fault(field, "value is not a valid feedback value", "type_error");
        }
      }
      case "created_at" -> {
        if (!isTime(value)) {
          fault(field, "invalid datetime format", "value_error.datetime");
        }
      }
      default -> {
        if (!value.isBoolean()) {
          fault(field, "value could not be parsed to a boolean", "type_error.bool");
        }
      }
    }
  }

  private void checkPresenceOfValue() {
    String type = item.path("type").asText();
    if (!item.path("unset").asBoolean()) {
      require("value", true);
    } else if (UNSET_WITH_VALUE.contains(type)) {
      require("value", true);
    } else if (UNSET_WITHOUT_VALUE.contains(type)) {
      require("value", false);
    }
  }

  private void require(String field, boolean present) {
    if (present && !item.has(field)) {
      fault(field, "field required", "value_error.missing");
    } else if (!present && item.has(field)) {
      fault(field, "leave blank when unsetting", "value_error");
    }
  }

  private void fault(String field, String message, String type) {
    ObjectNode fault = faults.addObject();
    ArrayNode place = fault.putArray("loc").add("body");
    if (index >= 0) {
      place.add(index);
    }
    if (!field.isEmpty()) {
      place.add(field);
    }
    fault.put("msg", message).put("type", type);
  }

  /** Texts of every generation; booleans, numbers and lists of texts since August 2024. */
  private static boolean isValue(JsonNode value) {
    if (value.isArray()) {
      for (JsonNode element : value) {
        if (!element.isTextual()) {
          return false;
        }
      }
      return true;
    }
    return value.isBoolean() || value.isNumber() || !Json.isBlankOrNoText(value);
  }

  private static boolean isTime(JsonNode value) {
    try {
      return value.isTextual()
          && DateTimeFormatter.ISO_DATE_TIME.parseBest(
                  value.textValue(), OffsetDateTime::from, LocalDateTime::from)
              != null;
    } catch (DateTimeException malformed) {
      return false;
    }
  }
}
