package io.github.llmfeedback;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link Feedback} holds, part by part; two with the same content are equal. */
record Content(
    Target target,
    @Nullable Rating rating,
    @Nullable String comment,
    @Nullable String correction,
    List<String> issues,
    List<String> actions,
    @Nullable Double weight,
    @Nullable String author,
    @Nullable Instant occurredAt,
    Map<String, @Nullable Object> metadata) {

  /** Checks that something is stated; the parts themselves were checked one by one. */
  Content {
    if (rating == null
        && comment == null
        && correction == null
        && issues.isEmpty()
        && actions.isEmpty()) {
      throw new InvalidFeedbackException(
          "feedback",
          "a feedback must state something: a rating, comment, correction, issue or action");
    }
  }

  /** The parts that are there, in the order of {@link Part}. */
  Set<Part> parts() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    if (rating != null) {
      parts.add(rating.part());
    }
    addIf(comment != null, Part.COMMENT, parts);
    addIf(correction != null, Part.CORRECTION, parts);
    addIf(!issues.isEmpty(), Part.ISSUE, parts);
    addIf(!actions.isEmpty(), Part.ACTION, parts);
    addIf(weight != null, Part.WEIGHT, parts);
    addIf(author != null, Part.AUTHOR, parts);
    addIf(occurredAt != null, Part.OCCURRED_AT, parts);
    addIf(!metadata.isEmpty(), Part.METADATA, parts);
    return Collections.unmodifiableSet(parts);
  }

  private static void addIf(boolean present, Part part, Set<Part> parts) {
    if (present) {
      parts.add(part);
    }
  }

  /** The target and the names of the parts, never what they say. */
  @Override
  public String toString() {
    return "Feedback on " + target + " " + parts();
  }
}
