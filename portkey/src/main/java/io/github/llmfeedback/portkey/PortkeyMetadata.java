package io.github.llmfeedback.portkey;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.spi.Losses;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller's metadata, and beside it the parts that Portkey has no field for. */
final class PortkeyMetadata {
  private final Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
  private final PortkeyOptions options;
  private final Losses losses;

  private PortkeyMetadata(PortkeyOptions options, Losses losses) {
    this.options = options;
    this.losses = losses;
  }

  /** The metadata of a feedback; null if there is none. */
  static @Nullable Map<String, @Nullable Object> of(
      Feedback feedback, PortkeyOptions options, Losses losses) {
    PortkeyMetadata all = new PortkeyMetadata(options, losses);
    all.metadata.putAll(feedback.metadata());
    if (!options.topLevelText()) {
      feedback.comment().ifPresent(text -> all.put(Part.COMMENT, "text", text));
    }
    feedback.author().ifPresent(id -> all.put(Part.AUTHOR, "_user", id));
    feedback.correction().ifPresent(text -> all.embed(Part.CORRECTION, text));
    feedback.occurredAt().ifPresent(time -> all.embed(Part.OCCURRED_AT, time.toString()));
    if (!feedback.issues().isEmpty()) {
      all.embed(Part.ISSUE, feedback.issues());
    }
    if (!feedback.actions().isEmpty()) {
      all.embed(Part.ACTION, feedback.actions());
    }
    feedback.rating().flatMap(PortkeyMetadata::label).ifPresent(n -> all.embed(Part.LABEL, n));
    return all.metadata.isEmpty() ? null : all.metadata;
  }

  private static Optional<String> label(Rating rating) {
    return rating.fold(
        thumbs -> Optional.empty(), s -> Optional.empty(), l -> Optional.of(l.name()));
  }

  /** Core has taken out every part that has no key. */
  private void embed(Part part, Object value) {
    String key = options.embedded().get(part);
    if (key != null) {
      put(part, key, value);
    }
  }

  private void put(Part part, String key, Object value) {
    if (metadata.containsKey(key)) { // maybe with null, which is a value of the caller's too
      throw losses.refusal(
          "metadata."
              + key
              + " is where its "
              + part
              + " goes, and the feedback has both; rename the metadata key");
    }
    metadata.put(key, value);
  }
}
