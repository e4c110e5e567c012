package io.github.llmfeedback;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/** The rules for text and times that enter the model: each refusal names the field and the rule. */
final class Text {
  private static final Instant YEAR_ONE = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant YEAR_TEN_THOUSAND = Instant.parse("+10000-01-01T00:00:00Z");

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

  /** A provider's name in lower case, which also stands in a receipt's text. */
  static String provider(String name) {
    if (!name("provider", name).matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "provider must be ASCII letters, digits and . - _ alone, but is '" + name + "'");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  /** Words that people wrote: not blank, well-formed. */
  static String written(String field, String value) {
    wellFormed(field, value);
    if (value.codePoints().allMatch(Text::isSpace)) {
      throw new IllegalArgumentException(field + " must not be blank");
    }
    return value;
  }

  /** Also the space that never breaks, which web forms send and {@code isBlank} takes for text. */
  private static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
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

  /** Text that every HTTP library puts into a header, and every server reads, as it is. */
  static String visible(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
        throw new IllegalArgumentException(
            field + " must be ASCII without spaces to stand in a header, but is not at index " + i);
      }
    }
    return value;
  }

  /** A time that RFC 3339 can write. */
  static Instant writable(String field, Instant time) {
    Objects.requireNonNull(time, () -> field + " must not be null");
    if (time.isBefore(YEAR_ONE) || !time.isBefore(YEAR_TEN_THOUSAND)) {
      throw new IllegalArgumentException(field + " must be in the years 1 to 9999, but is " + time);
    }
    return time;
  }
}
