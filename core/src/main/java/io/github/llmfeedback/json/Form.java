package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** How one type is written as a JSON object and read from one. Stateless. */
interface Form<T> {
  /** The version of all forms, in their field {@code v}. */
  int VERSION = 1;

  /** What messages call a document as a whole. */
  String name();

  /** Writes a whole document, which begins with its version. */
  default void write(T value, JsonGenerator json) throws IOException {
    json.writeStartObject();
    writeContent(value, json);
    json.writeEndObject();
  }

  /** Writes what is between the braces of a whole document. */
  default void writeContent(T value, JsonGenerator json) throws IOException {
    json.writeNumberField("v", VERSION);
    writeFields(value, json);
  }

  void writeFields(T value, JsonGenerator json) throws IOException;

  /** Reads a whole document; the reader is at its first token, or behind the name of its type. */
  T read(FormReader in) throws IOException;
}
