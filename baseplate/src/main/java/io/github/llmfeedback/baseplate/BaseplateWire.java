package io.github.llmfeedback.baseplate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A rating as Baseplate reads it (documentation of 2023).
 *
 * @param positiveRating whether the answer is good; never null, nothing clears it
 * @param usageId the completion
 */
record BaseplateWire(
    @JsonProperty("positive_rating") boolean positiveRating,
    @JsonProperty("usage_id") String usageId) {

  /**
   * Several ratings.
   *
   * @param logs the ratings
   */
  record Logs(@JsonProperty("logs") List<BaseplateWire> logs) {}
}
