package io.github.llmfeedback.portkey;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application chose beyond Portkey's defaults.
 *
 * @param topLevelText whether a comment goes where the contract of 2023 has it
 * @param neutralValue the value of a record without a rating; null if such records are refused
 * @param embedded the metadata keys of parts that Portkey has no field for
 */
record PortkeyOptions(
    boolean topLevelText, @Nullable Integer neutralValue, Map<Part, String> embedded) {
  /** What can be done about a feedback that Portkey has no record for. */
  static final String ADVICE =
      "add one, such as thumbsUp(), or state a neutral value with"
          + " PortkeyFeedbackClient.builder(apiKey).neutralValue(0)";

  static final PortkeyOptions DEFAULT = new PortkeyOptions(false, null, Map.of());

  /** A label too: Portkey knows it as text beside a number. */
  private static final Part[] UNRATED =
      EnumSet.complementOf(EnumSet.of(Part.THUMBS, Part.SCORE)).toArray(Part[]::new);

  /** There is no record without a value, so everything else needs a rating or a neutral value. */
  Capabilities capabilities() {
    Capabilities capabilities =
        Capabilities.of("portkey")
            .with(Capabilities.Ids.ONE)
            .with(Support.NATIVE, Part.THUMBS, Part.SCORE, Part.WEIGHT, Part.METADATA)
            .with(topLevelText ? Support.NATIVE : Support.EMBEDDED, Part.COMMENT)
            .with(Support.EMBEDDED, Part.AUTHOR)
            .with(Support.EMBEDDED, embedded.keySet().toArray(Part[]::new));
    return neutralValue == null ? capabilities.besideRating(ADVICE, UNRATED) : capabilities;
  }
}
