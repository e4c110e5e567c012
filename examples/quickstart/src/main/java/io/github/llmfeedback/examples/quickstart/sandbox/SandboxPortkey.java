package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** The sandbox's Portkey. A repeated create counts twice, as at the real one. */
public final class SandboxPortkey {
  static final String KEY = "sandbox-portkey-key";

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Kept> kept = new LinkedHashMap<>();

  SandboxPortkey() {}

  /** One feedback that Portkey keeps. */
  public record Kept(String id, String traceId, int value, double weight, JsonNode metadata) {}

  /** Everything kept, oldest first. */
  public List<Kept> records() {
    lock.lock();
    try {
      return List.copyOf(kept.values());
    } finally {
      lock.unlock();
    }
  }

  Reply answer(Call call) {
    if (!call.hasHeader("x-portkey-api-key", KEY) && !call.hasBearer(KEY)) {
      return Reply.json(
          401, Json.object().put("message", "Portkey Error: Invalid API Key. Error Code: 03"));
    }
    if (call.is("POST", "/feedback")) {
      return create(call.body());
    }
    Optional<String> id = call.segment("/feedback/", "");
    if (call.method().equals("PUT") && id.isPresent()) {
      return update(id.get(), call.body());
    }
    return failure(404, "AB08", "Not Found");
  }

  private Reply create(String body) {
    JsonNode root = Json.read(body).orElse(Json.array());
    List<JsonNode> items = new ArrayList<>();
    if (root.isArray()) {
      root.forEach(items::add);
    } else {
      items.add(root);
    }
    if (items.isEmpty()) {
      return failure(400, "AB01", "The body holds no feedback");
    }
    for (int i = 0; i < items.size(); i++) {
      Optional<String> fault = PortkeyRules.CREATE.fault(items.get(i));
      if (fault.isPresent()) {
        String place = root.isArray() ? "[" + i + "]: " : "";
        return failure(400, "AB01", place + fault.get());
      }
    }
    return success("Feedback successfully saved", keepAll(items));
  }

  private Reply update(String id, String body) {
    JsonNode item = Json.read(body).orElse(Json.array());
    Optional<String> fault = PortkeyRules.UPDATE.fault(item);
    if (fault.isPresent()) {
      return failure(400, "AB01", fault.get());
    }
    lock.lock();
    try {
      Kept before = kept.get(id);
      if (before == null) {
        return failure(404, "AB02", "Feedback not found");
      }
      kept.put(id, kept(id, before.traceId(), item));
    } finally {
      lock.unlock();
    }
    return success("Feedback successfully updated", List.of(id));
  }

  private List<String> keepAll(List<JsonNode> items) {
    List<String> ids = new ArrayList<>();
    lock.lock();
    try {
      for (JsonNode item : items) {
        String id = UUID.randomUUID().toString();
        kept.put(id, kept(id, item.path("trace_id").textValue(), item));
        ids.add(id);
      }
    } finally {
      lock.unlock();
    }
    return ids;
  }

  /** What is left out falls back to its default, on update too: the worse of two readings. */
  private static Kept kept(String id, String traceId, JsonNode item) {
    JsonNode metadata = item.path("metadata");
    return new Kept(
        id,
        traceId,
        item.path("value").intValue(),
        item.path("weight").asDouble(1.0),
        metadata.isObject() ? metadata : Json.object());
  }

  private static Reply success(String message, List<String> ids) {
    ObjectNode body = Json.object().put("status", "success").put("message", message);
    ArrayNode array = body.putArray("feedback_ids");
    ids.forEach(array::add);
    return Reply.json(200, body);
  }

  private static Reply failure(int status, String code, String message) {
    ObjectNode body = Json.object().put("success", false);
    body.putObject("data").put("message", message).put("errorCode", code);
    return Reply.json(status, body);
  }
}
