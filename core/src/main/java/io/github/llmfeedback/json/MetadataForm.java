package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form of the metadata, which is a field of a feedback. */
final class MetadataForm {
  /** More bits than any integer of so many digits has. */
  private static final int MAX_BITS = FormReader.MAX_NUMBER * 4;

  private MetadataForm() {}

  /** Refuses what could not be read back. */
  static void write(Map<?, ? extends @Nullable Object> metadata, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ? extends @Nullable Object> entry : metadata.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (name.length() > FormReader.MAX_NAME) {
        throw refused("names must have at most %,d characters", FormReader.MAX_NAME);
      }
      json.writeFieldName(name);
      write(entry.getValue(), json);
    }
    json.writeEndObject();
  }

  private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      write(map, json);
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object item : list) {
        write(item, json);
      }
      json.writeEndArray();
    } else if (value instanceof Number number) {
      write(number, json);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else {
      json.writeString(value.toString());
    }
  }

  private static void write(Number number, JsonGenerator json) throws IOException {
    if (number instanceof BigDecimal decimal) {
      checkSize(decimal);
      json.writeNumber(decimal);
    } else if (number instanceof BigInteger integer) {
      checkSize(new BigDecimal(integer));
      json.writeNumber(integer);
    } else if (number instanceof Double) {
      json.writeNumber(number.doubleValue());
    } else if (number instanceof Float) {
      json.writeNumber(number.floatValue());
    } else {
      json.writeNumber(number.longValue());
    }
  }

  private static void checkSize(BigDecimal number) {
    if (!FormReader.isModest(number)
        || number.unscaledValue().bitLength() > MAX_BITS
        || number.toString().length() > FormReader.MAX_NUMBER) {
      throw refused(
          "numbers must have at most %,d characters, and an exponent of at most %,d",
          FormReader.MAX_NUMBER, FormReader.MAX_EXPONENT);
    }
  }

  private static InvalidFeedbackException refused(String rule, Object... limits) {
    return new InvalidFeedbackException(
        "metadata", "metadata: " + String.format(Locale.ROOT, rule, limits) + " to be JSON");
  }

  static void read(FormReader in, Feedback.Builder feedback) throws IOException {
    for (FormReader.Fields fields = in.object(); fields.next(); ) {
      String key = fields.name();
      Object value = in.value();
      in.check(() -> feedback.metadata(key, value));
    }
  }
}
