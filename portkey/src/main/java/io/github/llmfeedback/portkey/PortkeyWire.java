package io.github.llmfeedback.portkey;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A feedback as Portkey reads it (OpenAPI document, 2026-06). What is null is left out.
 *
 * @param traceId required to create, forbidden to update
 * @param value a whole number from −10 to 10
 * @param weight from 0 to 1; the server takes 1 if it is left out
 * @param text the comment in the contract of 2023, which no later schema has
 * @param metadata any JSON object
 */
record PortkeyWire(
    @JsonProperty("trace_id") @Nullable String traceId,
    @JsonProperty("value") int value,
    @JsonProperty("weight") @Nullable Double weight,
    @JsonProperty("text") @Nullable String text,
    @JsonProperty("metadata") @Nullable Map<String, @Nullable Object> metadata) {

  /** The body of an update, with the weight that must be sent again. */
  PortkeyWire forUpdate(@Nullable Double standingWeight) {
    return new PortkeyWire(null, value, weight == null ? standingWeight : weight, text, metadata);
  }
}
