package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The sandbox's Baseplate. It keeps one rating per usage id, the last one. */
public final class SandboxBaseplate {
  static final String KEY = "sandbox-baseplate-key";
  static final String ENDPOINT_ID = "5f0c2a44-6c1b-4d57-9a55-0c7f2f3a9b10";

  private final InstantSource clock;
  private final Map<String, Boolean> ratings = new ConcurrentHashMap<>();

  SandboxBaseplate(InstantSource clock) {
    this.clock = clock;
  }

  /** The rating kept for a usage id; true is positive. */
  public Optional<Boolean> rating(String usageId) {
    return Optional.ofNullable(ratings.get(usageId));
  }

  /** Every rating kept, by usage id. */
  public Map<String, Boolean> ratings() {
    return Map.copyOf(ratings);
  }

  long kept() {
    return ratings.size();
  }

  Reply answer(Call call) {
    if (!call.hasBearer(KEY)) {
      return Reply.text(401, "Unauthorized for project or invalid API key.");
    }
    Optional<String> endpoint = call.segment("/endpoints/", "/logs");
    if (endpoint.isEmpty()) {
      return error(404, "Not found.");
    }
    if (!call.method().equals("PATCH")) {
      return error(405, "Method not allowed.");
    }
    if (!endpoint.get().equals(ENDPOINT_ID)) {
      return error(404, "Endpoint not found.");
    }
    return rate(Json.read(call.body()).orElse(Json.array()));
  }

  private Reply rate(JsonNode body) {
    JsonNode logs = body.path("logs");
    boolean batch = body.size() == 1 && logs.isArray() && !logs.isEmpty();
    List<JsonNode> pairs = new ArrayList<>();
    (batch ? logs : Json.array().add(body)).forEach(pairs::add);
    if (!pairs.stream().allMatch(SandboxBaseplate::isPair)) {
      return error(400, "Expected positive_rating and usage_id, or logs that hold them.");
    }
    pairs.forEach(
        pair ->
            ratings.put(
                pair.path("usage_id").textValue(), pair.path("positive_rating").booleanValue()));
    return batch
        ? Reply.json(200, Json.object().put("updated", pairs.size()))
        : Reply.json(200, log(body));
  }

  private static boolean isPair(JsonNode node) {
    return node.isObject()
        && node.size() == 2
        && node.path("positive_rating").isBoolean()
        && !Json.isBlankOrNoText(node.path("usage_id"));
  }

  private ObjectNode log(JsonNode pair) {
    ObjectNode log = Json.object().put("id", pair.path("usage_id").textValue()).putNull("user_id");
    log.put("timestamp", clock.instant().toString()).put("prompt", "").put("completion", "");
    return log.put("positive_rating", pair.path("positive_rating").booleanValue());
  }

  private static Reply error(int status, String message) {
    return Reply.json(status, Json.object().put("error", message));
  }
}
