package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** One version of a logged LLM call and its scores, written as the real server writes it. */
record HeliconeRow(
    UUID id,
    long number,
    Instant createdAt,
    String user,
    String model,
    Map<String, String> properties,
    Map<String, Integer> otherScores,
    Optional<Boolean> rating) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final int DELAY_MS = 500;

  HeliconeRow rated(boolean positive) {
    return new HeliconeRow(
        id, number, createdAt, user, model, properties, otherScores, Optional.of(positive));
  }

  /** With the score of an evaluation beside the rating. */
  HeliconeRow scored(String name, int score) {
    Map<String, Integer> scores = new TreeMap<>(otherScores);
    scores.put(name, score);
    return new HeliconeRow(
        id,
        number,
        createdAt,
        user,
        model,
        properties,
        Collections.unmodifiableMap(scores),
        rating);
  }

  /** Any score counts, also one that is not a rating. */
  boolean isScored() {
    return rating.isPresent() || !otherScores.isEmpty();
  }

  boolean isPositive() {
    return rating.orElse(false);
  }

  ObjectNode json() {
    ObjectNode row = Json.object();
    row.put("response_id", id.toString());
    row.set("response_body", responseBody());
    row.put("response_created_at", TIME.format(createdAt.plus(Duration.ofMillis(DELAY_MS))));
    row.put("response_status", 200);
    row.put("request_id", id.toString());
    row.putObject("request_body").put("model", model).putArray("messages");
    row.put("request_created_at", TIME.format(createdAt));
    row.put("request_user_id", user);
    row.set("request_properties", propertiesJson());
    row.put("provider", "OPENAI").put("delay_ms", DELAY_MS).put("request_model", model);
    row.put("ai_gateway_body_mapping", "").put("time_to_first_token", "0");
    row.put("total_tokens", "5").put("completion_tokens", "2").put("reasoning_tokens", "0");
    row.put("prompt_cache_read_tokens", "0").put("prompt_cache_write_tokens", "0");
    row.put("prompt_tokens", "3").put("country_code", "");
    row.set("scores", scores());
    row.set("properties", propertiesJson());
    row.putArray("asset_ids");
    row.put("target_url", "");
    row.put("cache_reference_id", "00000000-0000-0000-0000-000000000000");
    row.put("request_referrer", "").put("cache_enabled", false).put("cost", 1.65e-06);
    row.put("prompt_id", "").put("prompt_version", "");
    row.put("updated_at", TIME.format(createdAt)).put("storage_location", "clickhouse");
    return row.putNull("feedback_created_at").put("model", model);
  }

  private ObjectNode responseBody() {
    ObjectNode body = Json.object().put("id", id.toString()).put("object", "chat.completion");
    body.put("model", model).putArray("choices");
    body.putObject("usage")
        .put("prompt_tokens", 3)
        .put("completion_tokens", 2)
        .put("total_tokens", 5);
    return body;
  }

  private ObjectNode propertiesJson() {
    ObjectNode json = Json.object();
    properties.forEach(json::put);
    return json;
  }

  /** Texts on every second row: ClickHouse quotes 64-bit numbers or not, by its version. */
  private ObjectNode scores() {
    Map<String, Integer> scores = new TreeMap<>(otherScores);
    rating.ifPresent(positive -> scores.put("helicone-score-feedback", positive ? 1 : 0));
    ObjectNode json = Json.object();
    scores.forEach(
        (name, score) -> {
          if (number % 2 == 0) {
            json.put(name, Integer.toString(score));
          } else {
            json.put(name, score);
          }
        });
    return json;
  }
}
