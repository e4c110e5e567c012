package io.github.llmfeedback.humanloop;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One statement as Humanloop reads it (v4 reference, 2025); a feedback becomes several. What is
 * null is left out, as the official clients do.
 *
 * @param type {@code rating}, {@code comment}, {@code correction}, {@code issue}, {@code action}
 * @param value what is stated
 * @param dataId the datapoint
 * @param user who states it
 * @param createdAt when, in UTC
 * @param unset true to retract the statement
 */
record HumanloopWire(
    @JsonProperty("type") String type,
    @JsonProperty("value") @Nullable Object value,
    @JsonProperty("data_id") String dataId,
    @JsonProperty("user") @Nullable String user,
    @JsonProperty("created_at") @Nullable Instant createdAt,
    @JsonProperty("unset") @Nullable Boolean unset) {}
