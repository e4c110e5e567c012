package io.github.llmfeedback.helicone;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A rating as Helicone reads it: one key and nothing else (observed, 2026-07).
 *
 * @param requestId goes into the path
 * @param rating whether the answer is good; never null, which would be stored as false
 */
record HeliconeWire(@JsonIgnore String requestId, @JsonProperty("rating") boolean rating) {}
