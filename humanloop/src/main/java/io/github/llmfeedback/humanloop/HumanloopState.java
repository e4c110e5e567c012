package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.spi.WireText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt remembers of statements so that they can be retracted: types, and the values that
 * Humanloop needs again (v4 reference, 2025): all but those of {@code rating}, {@code correction}
 * and {@code comment}.
 *
 * <p>A key is the type, and its values are texts, each a statement of its own; without any, the
 * statement is retracted without a value. Where the value is not a text, the key is the type, a tab
 * and the kind of value.
 */
final class HumanloopState {
  /** The types that every project has; of the last two a datapoint can have several. */
  private static final Set<String> COMMON =
      Set.of("rating", "comment", "correction", "issue", "action");

  private static final Set<String> WITHOUT_VALUE = Set.of("rating", "comment", "correction");

  private static final String WHOLE = "whole";
  private static final String NUMBER = "number";
  private static final String FLAG = "flag";
  private static final String LIST = "list";

  /** As Java writes a double. */
  private static final Pattern NUMERAL =
      Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{1,30})?(E-?[0-9]{1,3})?");

  private HumanloopState() {}

  static boolean isCommon(String type) {
    return COMMON.contains(type);
  }

  /** The state of statements that were made. */
  static Map<String, List<String>> of(List<HumanloopWire> objects) {
    Map<String, List<String>> state = new LinkedHashMap<>();
    for (HumanloopWire object : objects) {
      String kind = WITHOUT_VALUE.contains(object.type()) ? null : kind(object.value());
      String key = kind == null ? object.type() : object.type() + "\t" + kind;
      List<String> values = state.computeIfAbsent(key, unseen -> new ArrayList<>());
      if (object.value() instanceof List<?> labels) {
        labels.forEach(label -> values.add(String.valueOf(label)));
      } else if (!WITHOUT_VALUE.contains(object.type())) {
        values.add(String.valueOf(object.value()));
      }
    }
    return state;
  }

  private static @Nullable String kind(@Nullable Object value) {
    if (value instanceof Long) {
      return WHOLE;
    } else if (value instanceof Double) {
      return NUMBER;
    } else if (value instanceof Boolean) {
      return FLAG;
    }
    return value instanceof List ? LIST : null;
  }

  /** The statements that retract what the receipt stands for; empty if it stands for nothing. */
  static List<HumanloopWire> unset(Receipt receipt) {
    List<HumanloopWire> objects = new ArrayList<>();
    receipt
        .state()
        .forEach(
            (key, values) -> {
              int tab = key.indexOf('\t');
              String type = tab < 0 ? key : key.substring(0, tab);
              for (Object value :
                  tab < 0 ? texts(values) : values(key.substring(tab + 1), values)) {
                objects.add(unset(receipt, type, value));
              }
              if (values.isEmpty()) {
                objects.add(unset(receipt, type, null));
              }
            });
    return objects;
  }

  private static HumanloopWire unset(Receipt receipt, String type, @Nullable Object value) {
    return new HumanloopWire(type, value, receipt.target(), null, null, true);
  }

  /** Anybody may have written the receipt, so each value is checked as one of a feedback is. */
  private static List<?> values(String kind, List<String> texts) {
    return switch (kind) {
      case WHOLE -> texts.stream().map(HumanloopState::whole).toList();
      case NUMBER -> texts.stream().map(HumanloopState::number).toList();
      case FLAG -> texts.stream().map(HumanloopState::flag).toList();
      case LIST -> texts.isEmpty() ? List.of() : List.of(texts(texts));
      default ->
          throw new IllegalArgumentException(
              "this receipt has a kind of value that this version does not know; was it written by"
                  + " a later one?");
    };
  }

  private static List<String> texts(List<String> texts) {
    if (texts.stream().anyMatch(String::isBlank)) {
      throw WireText.wrongReceipt("value", "must not be blank");
    }
    return texts;
  }

  private static Long whole(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw WireText.wrongReceipt("value", "must be a whole number of 64 bits");
    }
  }

  private static Double number(String text) {
    double number = NUMERAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    if (!Double.isFinite(number)) {
      throw WireText.wrongReceipt("value", "must be a finite number");
    }
    return number;
  }

  private static Boolean flag(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw WireText.wrongReceipt("value", "must be true or false");
    }
    return Boolean.valueOf(text);
  }
}
