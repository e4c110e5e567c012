package io.github.llmfeedback.portkey;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application chose beyond Portkey's defaults.
 *
 * @param topLevelText whether a comment goes where the contract of 2023 had it
 * @param neutralValue the value of a record without a rating; null if there may be none
 * @param embedded the metadata keys of parts that Portkey has no field for
 */
record PortkeyOptions(
    boolean topLevelText, @Nullable Integer neutralValue, Map<Part, String> embedded) {
  static final PortkeyOptions DEFAULT = new PortkeyOptions(false, null, Map.of());

  Capabilities capabilities() {
    return Capabilities.of("portkey")
        .with(Support.NATIVE, Part.THUMBS, Part.SCORE, Part.WEIGHT, Part.METADATA)
        .with(topLevelText ? Support.NATIVE : Support.EMBEDDED, Part.COMMENT)
        .with(Support.EMBEDDED, Part.AUTHOR)
        .with(Support.EMBEDDED, embedded.keySet().toArray(Part[]::new));
  }
}
