package io.github.llmfeedback.portkey;

import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt knows of a feedback's numbers. Anybody may have written it: it is checked as what
 * an application states is, before anything is sent.
 */
final class PortkeyState {
  private static final Pattern WEIGHT =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,30})?(E-?[0-9]{1,3})?");
  private static final Pattern VALUE = Pattern.compile("-?[0-9]|-?10");

  private PortkeyState() {}

  /**
   * The weight that an update must send again; null if the receipt knows none.
   *
   * @throws InvalidFeedbackException if it says a number that no feedback can have
   */
  static @Nullable Double weight(Receipt receipt) {
    only(receipt, "value", VALUE, "a whole number from -10 to 10");
    String rule = "a number from 0 to 1";
    String text = only(receipt, "weight", WEIGHT, rule);
    if (text == null) {
      return null;
    }
    double weight = Double.parseDouble(text);
    if (!(weight >= 0 && weight <= 1)) {
      throw wrong("weight", rule);
    }
    return weight;
  }

  private static @Nullable String only(Receipt receipt, String key, Pattern form, String rule) {
    List<String> texts = receipt.state().getOrDefault(key, List.of());
    if (texts.isEmpty()) {
      return null;
    } else if (texts.size() > 1 || !form.matcher(texts.get(0)).matches()) {
      throw wrong(key, rule);
    }
    return texts.get(0);
  }

  private static InvalidFeedbackException wrong(String key, String rule) {
    String field = "receipt " + key;
    return new InvalidFeedbackException(
        field, field + " must be " + rule + ", so this receipt is wrong; nothing was sent");
  }
}
