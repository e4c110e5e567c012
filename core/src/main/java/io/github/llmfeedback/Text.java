package io.github.llmfeedback;

import java.util.Objects;

/** The rules for text that enters the model: each refusal names the field and the rule. */
final class Text {
  private Text() {}

  /** A short name that machines compare: not blank, no control characters. */
  static String name(String field, String value) {
    written(field, value);
    for (int i = 0; i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))) {
        throw new IllegalArgumentException(
            field + " must not contain control characters, but has one at index " + i);
      }
    }
    return value;
  }

  /** Words that people wrote: not blank, well-formed. */
  static String written(String field, String value) {
    wellFormed(field, value);
    if (value.isBlank()) {
      throw new IllegalArgumentException(field + " must not be blank");
    }
    return value;
  }

  /** Any text that can be written as UTF-8: every surrogate has its pair. */
  static String wellFormed(String field, String value) {
    Objects.requireNonNull(value, () -> field + " must not be null");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            field
                + " must be well-formed text, but has an unpaired surrogate at index "
                + i
                + " (was an emoji cut in two?)");
      }
    }
    return value;
  }
}
