package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Rating;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** The form of a feedback, and of what a browser may send of one. */
final class FeedbackForm implements Form<Feedback> {
  /** Narrower than what {@code OffsetDateTime} reads: as RFC 3339 has it. */
  private static final Pattern TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "(Z|[+-][0-9]{2}:[0-9]{2})");

  private final TargetForm targetForm;

  FeedbackForm(TargetForm targetForm) {
    this.targetForm = targetForm;
  }

  @Override
  public String name() {
    return "feedback";
  }

  @Override
  public void writeFields(Feedback feedback, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("target");
    targetForm.writeFields(feedback.target(), json);
    json.writeEndObject();
    Optional<Rating> rating = feedback.rating();
    if (rating.isPresent()) {
      json.writeFieldName("rating");
      RatingForm.write(rating.get(), json);
    }
    write("comment", feedback.comment(), json);
    write("correction", feedback.correction(), json);
    if (!feedback.issues().isEmpty()) {
      ReceiptForm.writeTexts("issues", feedback.issues(), json);
    }
    if (!feedback.actions().isEmpty()) {
      ReceiptForm.writeTexts("actions", feedback.actions(), json);
    }
    if (feedback.weight().isPresent()) {
      RatingForm.write("weight", feedback.weight().getAsDouble(), json);
    }
    write("author", feedback.author(), json);
    write("occurredAt", feedback.occurredAt().map(Instant::toString), json);
    if (!feedback.metadata().isEmpty()) {
      json.writeFieldName("metadata");
      MetadataForm.write(feedback.metadata(), json);
    }
  }

  private static void write(String name, Optional<String> text, JsonGenerator json)
      throws IOException {
    if (text.isPresent()) {
      json.writeStringField(name, text.get());
    }
  }

  @Override
  public Feedback read(FormReader in) throws IOException {
    Feedback.Builder feedback = Feedback.on("not read yet");
    boolean hasTarget = false;
    for (FormReader.Fields fields = in.document(true); fields.next(); ) {
      String name = fields.name();
      if (name.equals("target")) {
        feedback.target(targetForm.readField(in));
        hasTarget = true;
      } else if (isStatement(name)) {
        readStatement(name, in, feedback);
      } else {
        readContext(name, in, feedback);
      }
    }
    if (!hasTarget) {
      throw in.refused("target", "is missing");
    }
    return built(in, feedback);
  }

  /**
   * Reads what a browser may send.
   *
   * @param feedback has what the server knows
   */
  static Feedback readUntrusted(FormReader in, Feedback.Builder feedback) throws IOException {
    for (FormReader.Fields fields = in.document(false); fields.next(); ) {
      switch (fields.name()) {
        case "target", "weight", "author", "occurredAt", "metadata" ->
            throw in.refused("must not be sent by a browser; the server sets it");
        default -> {
          if (!isStatement(fields.name())) {
            throw in.refused(
                "is not a known field; a browser sends rating, comment, correction, issues and"
                    + " actions");
          }
          readStatement(fields.name(), in, feedback);
        }
      }
    }
    return built(in, feedback);
  }

  private static Feedback built(FormReader in, Feedback.Builder feedback) throws IOException {
    Feedback[] built = new Feedback[1];
    in.check(() -> built[0] = feedback.build());
    return built[0];
  }

  private static boolean isStatement(String name) {
    return switch (name) {
      case "rating", "comment", "correction", "issues", "actions" -> true;
      default -> false;
    };
  }

  private static void readStatement(String name, FormReader in, Feedback.Builder feedback)
      throws IOException {
    if (in.isNull()) {
      return;
    }
    switch (name) {
      case "rating" -> feedback.rating(RatingForm.read(in));
      case "comment" -> in.check(() -> feedback.comment(in.text()));
      case "correction" -> in.check(() -> feedback.correction(in.text()));
      case "issues" -> in.each(() -> in.check(() -> feedback.issue(in.text())));
      default -> in.each(() -> in.check(() -> feedback.action(in.text())));
    }
  }

  private static void readContext(String name, FormReader in, Feedback.Builder feedback)
      throws IOException {
    switch (name) {
      case "weight" -> {
        if (!in.isNull()) {
          in.check(() -> feedback.weight(in.number()));
        }
      }
      case "author" -> {
        if (!in.isNull()) {
          in.check(() -> feedback.author(in.text()));
        }
      }
      case "occurredAt" -> {
        if (!in.isNull()) {
          in.check(() -> feedback.occurredAt(time(in)));
        }
      }
      case "metadata" -> {
        if (!in.isNull()) {
          MetadataForm.read(in, feedback);
        }
      }
      default -> in.unknown();
    }
  }

  private static Instant time(FormReader in) throws IOException {
    String text = in.text();
    try {
      if (TIME.matcher(text).matches()) {
        return OffsetDateTime.parse(text).toInstant();
      }
    } catch (DateTimeException e) { // its message quotes the text
      throw in.refused(TIME_RULE);
    }
    throw in.refused(TIME_RULE);
  }

  private static final String TIME_RULE =
      "must be a time by RFC 3339, such as 2026-11-22T10:15:30.123Z";
}
