package io.github.llmfeedback.helicone;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rating as Helicone reads it: one key and nothing else (observed, 2026-07).
 *
 * @param requestId goes into the path
 * @param rating whether the answer is good; never null, which would be stored as false
 */
record HeliconeWire(@JsonIgnore String requestId, @JsonProperty("rating") boolean rating) {

  /**
   * A query for rows; unknown keys are refused (observed, 2026-11).
   *
   * @param filter {@code "all"}, a leaf or a {@link Branch}
   * @param isScored true leaves out what nobody rated
   * @param limit how many rows, 0 to 1,000
   * @param offset how many to skip
   * @param sort a column and its direction
   */
  record Query(
      @JsonProperty("filter") Object filter,
      @JsonProperty("isScored") @Nullable Boolean isScored,
      @JsonProperty("limit") int limit,
      @JsonProperty("offset") @Nullable Long offset,
      @JsonProperty("sort") @Nullable Map<String, String> sort) {}

  /**
   * Two filters.
   *
   * @param left one
   * @param operator {@code and} or {@code or}
   * @param right the other
   */
  record Branch(
      @JsonProperty("left") Object left,
      @JsonProperty("operator") String operator,
      @JsonProperty("right") Object right) {}
}
