package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON as the strictest parser would. */
public final class StrictJson {
  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private StrictJson() {}

  /** The one JSON value that this text is. */
  public static JsonNode read(String json) {
    try {
      JsonNode node = STRICT.readTree(json);
      assertThat(node.isMissingNode()).as("nothing at all").isFalse();
      return node;
    } catch (JsonProcessingException e) {
      throw new AssertionError("a strict reader refuses this: " + json, e);
    }
  }

  /** This text as a JSON string, quotes included. */
  public static String quoted(String text) {
    return STRICT.getNodeFactory().textNode(text).toString();
  }

  /** The body of a request, whose bytes were UTF-8. */
  static JsonNode body(Seen request) {
    int read = request.body().getBytes(StandardCharsets.UTF_8).length;
    assertThat(request.header("Content-Length"))
        .as("bytes, if nothing had to be replaced")
        .isEqualTo(String.valueOf(read));
    return read(request.body());
  }

  /** Whether the node has exactly the value of a Java object. */
  public static boolean says(JsonNode node, @Nullable Object value) {
    if (value == null) {
      return node.isNull();
    } else if (value instanceof String text) {
      return node.isTextual() && node.textValue().equals(text);
    } else if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      return node.isNumber() && node.decimalValue().compareTo(exact) == 0;
    } else if (value instanceof Boolean flag) {
      return node.isBoolean() && node.booleanValue() == flag;
    } else if (value instanceof List<?> list) {
      return node.isArray() && node.size() == list.size() && saysAll(node, list);
    }
    return node.isObject()
        && node.size() == ((Map<?, ?>) value).size()
        && saysEach(node, (Map<?, ?>) value);
  }

  private static boolean saysAll(JsonNode array, List<?> values) {
    for (int i = 0; i < values.size(); i++) {
      if (!says(array.get(i), values.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the object has at least these entries. */
  static boolean saysEach(JsonNode object, Map<?, ?> entries) {
    return object.isObject()
        && entries.entrySet().stream()
            .allMatch(
                entry -> {
                  JsonNode value = object.get(String.valueOf(entry.getKey()));
                  return value != null && says(value, entry.getValue());
                });
  }
}
