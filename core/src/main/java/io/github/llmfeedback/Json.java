package io.github.llmfeedback;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deep, unmodifiable copies of JSON values; a value that is not JSON is refused with its path. */
final class Json {
  /** Far below the limit of any parser, and far above what people nest. */
  private static final int MAX_DEPTH = 64;

  /** A few lists that contain each other twice expand to more values than fit into any memory. */
  private static final int MAX_VALUES = 100_000;

  private final String root;
  private final List<Object> above = new ArrayList<>();

  /** The names and indices that lead to the value; a path is only built of them to refuse it. */
  private final List<Object> steps = new ArrayList<>();

  private int values;

  private Json(String root) {
    this.root = root;
  }

  static @Nullable Object copy(String path, @Nullable Object value) {
    return new Json(path).copied(value);
  }

  /** A key of the object at {@code path}, which must be text. */
  static String key(String path, @Nullable Object key) {
    if (!(key instanceof String name)) {
      throw new InvalidFeedbackException(
          path, path + " must be JSON, whose keys are text, but has " + describe(key));
    }
    return Text.wellFormed(path, "a key of " + path, name);
  }

  private String path() {
    StringBuilder path = new StringBuilder(root);
    for (Object step : steps) {
      if (step instanceof Integer) {
        path.append('[').append(step).append(']');
      } else {
        path.append('.').append(step);
      }
    }
    return path.toString();
  }

  private @Nullable Object copied(@Nullable Object value) {
    if (++values > MAX_VALUES) {
      throw new InvalidFeedbackException(root, root + " holds more than " + MAX_VALUES + " values");
    }
    if (value == null) {
      return null;
    } else if (value instanceof String text) {
      return Text.isWellFormed(text) ? text : Text.wellFormed(path(), text);
    } else if (value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger
        || value instanceof BigDecimal) {
      return value;
    } else if (value instanceof Double || value instanceof Float) {
      return finite((Number) value);
    } else if (value instanceof Map<?, ?> || value instanceof Collection<?>) {
      return nested(value);
    }
    String path = path();
    throw new InvalidFeedbackException(path, path + " must be JSON, but is " + describe(value));
  }

  private Number finite(Number number) {
    if (!Double.isFinite(number.doubleValue())) {
      String path = path();
      throw new InvalidFeedbackException(path, path + " must be JSON, which has no " + number);
    }
    return number;
  }

  private Object nested(Object value) {
    if (above.stream().anyMatch(outer -> outer == value)) {
      String path = path();
      throw new InvalidFeedbackException(path, path + " must be JSON, but contains itself");
    }
    if (above.size() >= MAX_DEPTH) {
      String path = path();
      throw new InvalidFeedbackException(
          path, path + " is nested more than " + MAX_DEPTH + " deep");
    }
    above.add(value);
    Object copy;
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> entries = new LinkedHashMap<>();
      map.forEach(
          (key, inner) -> {
            String name =
                key instanceof String text && Text.isWellFormed(text) ? text : key(path(), key);
            entries.put(name, copiedAt(name, inner));
          });
      copy = Collections.unmodifiableMap(entries);
    } else {
      List<@Nullable Object> items = new ArrayList<>();
      for (Object inner : (Collection<?>) value) {
        items.add(copiedAt(items.size(), inner));
      }
      copy = Collections.unmodifiableList(items);
    }
    above.remove(above.size() - 1);
    return copy;
  }

  private @Nullable Object copiedAt(Object step, @Nullable Object value) {
    steps.add(step);
    Object copy = copied(value);
    steps.remove(steps.size() - 1);
    return copy;
  }

  private static String describe(@Nullable Object value) {
    return value == null
        ? "null"
        : "a " + value.getClass().getName() + " (convert it to text, a number, a list or a map)";
  }
}
