package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** The sandbox's Humanloop. A newer rating by the same user replaces the older one. */
public final class SandboxHumanloop {
  static final String KEY = "sandbox-humanloop-key";

  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Kept> kept = new ArrayList<>();

  SandboxHumanloop(InstantSource clock) {
    this.clock = clock;
  }

  /** One record that Humanloop keeps: a single rating, comment, correction, issue or action. */
  public record Kept(
      String id,
      String type,
      JsonNode value,
      String dataId,
      Optional<String> user,
      String createdAt) {}

  /** Everything kept, oldest first. */
  public List<Kept> records() {
    lock.lock();
    try {
      return List.copyOf(kept);
    } finally {
      lock.unlock();
    }
  }

  Reply answer(Call call) {
    if (!call.path().equals("/v4/feedback")) {
      return detail(404, "Not Found");
    }
    if (!call.method().equals("POST")) {
      return detail(405, "Method Not Allowed");
    }
    if (!call.hasHeader("X-API-KEY", KEY)) {
      return detail(401, "Invalid API key.");
    }
    Optional<JsonNode> body = Json.read(call.body());
    if (body.isEmpty()) {
      return detail(400, "Malformed JSON.");
    }
    ArrayNode faults = HumanloopRules.faults(body.get());
    if (!faults.isEmpty()) {
      ObjectNode refusal = Json.object();
      refusal.set("detail", faults);
      return Reply.json(422, refusal);
    }
    return Reply.json(200, takeAll(body.get()));
  }

  private JsonNode takeAll(JsonNode body) {
    lock.lock();
    try {
      if (body.isObject()) {
        return take(body);
      }
      ArrayNode answer = Json.array();
      body.forEach(item -> answer.add(take(item)));
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private JsonNode take(JsonNode item) {
    Kept fresh = kept(item);
    if (item.path("unset").booleanValue()) {
      kept.removeIf(old -> isUnsetBy(item, old));
    } else {
      if (fresh.type().equals("rating")) {
        kept.removeIf(old -> isSameRating(old, fresh));
      }
      kept.add(fresh);
    }
    return mirror(fresh);
  }

  private Kept kept(JsonNode item) {
    String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    return new Kept(
        "ann_" + UUID.randomUUID().toString().replace("-", ""),
        item.path("type").textValue(),
        item.has("value") ? item.path("value") : NullNode.getInstance(),
        item.path("data_id").textValue(),
        Optional.ofNullable(item.path("user").textValue()),
        item.path("created_at").asText(now));
  }

  /** Value and user narrow the choice only where they are given. */
  private static boolean isUnsetBy(JsonNode item, Kept old) {
    return old.type().equals(item.path("type").textValue())
        && old.dataId().equals(item.path("data_id").textValue())
        && (!item.has("value") || old.value().equals(item.path("value")))
        && (!item.has("user") || old.user().equals(Optional.of(item.path("user").textValue())));
  }

  private static boolean isSameRating(Kept old, Kept fresh) {
    return old.type().equals("rating")
        && old.dataId().equals(fresh.dataId())
        && old.user().equals(fresh.user());
  }

  private static ObjectNode mirror(Kept entry) {
    ObjectNode answer = Json.object().put("id", entry.id()).put("type", entry.type());
    answer.set("value", entry.value());
    answer.put("data_id", entry.dataId());
    entry.user().ifPresentOrElse(user -> answer.put("user", user), () -> answer.putNull("user"));
    return answer.put("created_at", entry.createdAt());
  }

  private static Reply detail(int status, String text) {
    return Reply.json(status, Json.object().put("detail", text));
  }
}
