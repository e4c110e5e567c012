package io.github.llmfeedback.spi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.github.llmfeedback.redaction.ForeignException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How bodies are written as JSON and responses are read; bounded, and without any default typing.
 *
 * <p>The bounds are enforced here, not by {@code StreamReadConstraints}, which Jackson 2.13 and
 * 2.14 (Spring Boot 2.7 and 3.0) do not have.
 */
final class WireJson {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NUMBER = 400;

  /** What nests more deeply, in bytes, takes more than these, and has no longer number. */
  private static final int MAX_HARMLESS = 2 * MAX_DEPTH;

  private static final int MAX_STRING = 4 << 20;
  private static final int MAX_NAME = 50_000;

  /**
   * A tree takes up to 100 bytes for an empty object, which is two bytes in JSON. A success
   * response to a list of 100 has some thousand values, and Helicone's largest page has 64,000
   * (observed, 2026-11).
   */
  private static final int BYTES_PER_VALUE = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private WireJson() {}

  /** The body's bytes. */
  static byte[] write(Object body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "a wire object could not be written as JSON: " + body.getClass().getName(),
          ForeignException.of(e)); // Jackson may quote the value
    }
  }

  /**
   * A response's JSON.
   *
   * @param json null if it is not JSON, or exceeds the bounds
   * @param isTooRich whether it has more values than are allowed
   */
  record Reading(@Nullable JsonNode json, boolean isTooRich) {
    private static final Reading NONE = new Reading(null, false);
    private static final Reading TOO_RICH = new Reading(null, true);
  }

  /**
   * Reads a response's JSON.
   *
   * @param most the maximum size of such a response in bytes, which also bounds its values
   */
  static Reading read(byte[] body, int most) {
    try {
      int values = body.length <= MAX_HARMLESS ? body.length : values(body);
      if (values > most / BYTES_PER_VALUE) {
        return Reading.TOO_RICH;
      }
      JsonNode node = values < 0 ? null : MAPPER.readTree(body);
      return node == null || node.isMissingNode() ? Reading.NONE : new Reading(node, false);
    } catch (IOException | RuntimeException notJson) {
      return Reading.NONE; // isObject(), isArray() and has() are then false
    }
  }

  /**
   * How many values its tree would have; negative if the tree must not be built, because it is
   * nested so deeply that walking it could overflow the stack, or has a number whose conversion
   * would take long. Reads only tokens, so that it is safe itself.
   */
  private static int values(byte[] body) throws IOException {
    try (JsonParser parser = MAPPER.createParser(body)) {
      int depth = 0;
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        }
        if (token.isStructStart() || token.isScalarValue()) {
          values++;
        }
        if (depth > MAX_DEPTH || parser.getTextLength() > maxLength(token)) {
          return -1;
        }
      }
      return values;
    }
  }

  private static int maxLength(JsonToken token) {
    return switch (token) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> MAX_NUMBER;
      case FIELD_NAME -> MAX_NAME;
      default -> MAX_STRING;
    };
  }
}
