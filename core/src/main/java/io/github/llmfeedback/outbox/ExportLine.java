package io.github.llmfeedback.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.json.FeedbackJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes an entry as one line of JSON. */
final class ExportLine {
  private static final JsonFactory FACTORY = new JsonFactory();

  private ExportLine() {}

  /** The feedback's form with one field more; that field alone if there is no feedback. */
  static String of(OutboxEntry entry) {
    String form = entry.feedback().map(FeedbackJson.strict()::write).orElse("{}");
    String rest = form.equals("{}") ? "{" : form.substring(0, form.length() - 1) + ",";
    return rest + "\"outbox\":" + about(entry) + "}";
  }

  private static String about(OutboxEntry entry) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("lane", entry.lane());
      json.writeStringField("id", entry.id().toString());
      json.writeStringField("state", entry.state().name());
      if (entry.reason().isPresent()) {
        json.writeStringField("reason", entry.reason().get().name());
      }
      if (entry.detail().isPresent()) {
        json.writeStringField("detail", entry.detail().get());
      }
      json.writeNumberField("attempts", entry.attempts());
      json.writeStringField("added", entry.added().toString());
      json.writeEndObject();
    } catch (IOException e) { // a string has none
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
