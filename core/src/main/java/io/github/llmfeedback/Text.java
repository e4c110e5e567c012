package io.github.llmfeedback;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for text and times that enter the model: each refusal names the field and the rule. */
final class Text {
  private static final Instant YEAR_ONE = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant YEAR_TEN_THOUSAND = Instant.parse("+10000-01-01T00:00:00Z");

  private static final int LONGEST_NAME = 1_000;

  private Text() {}

  /**
   * A short name that machines compare: not blank, at most 1,000 characters (UTF-16 units), none of
   * them a control character or {@linkplain Invisible invisible}.
   */
  static String name(String field, @Nullable String value) {
    return valid(field, field, value, value == null ? null : faultOfName(value));
  }

  /** Whether this is a {@linkplain #name name}. */
  static boolean isName(String value) {
    return faultOfName(value) == null;
  }

  /** Whether every surrogate is paired. */
  static boolean isWellFormed(String value) {
    return faultOfSurrogates(value) == null;
  }

  /** Text that a person wrote: not blank, well-formed. */
  static String written(String field, @Nullable String value) {
    return valid(field, field, value, value == null ? null : faultOfWords(value));
  }

  /** Any text that can be written as UTF-8: every surrogate is paired. */
  static String wellFormed(String field, @Nullable String value) {
    return wellFormed(field, field, value);
  }

  /**
   * As {@link #wellFormed(String, String)}.
   *
   * @param what how the message names it, if that is more than the field
   */
  static String wellFormed(String field, String what, @Nullable String value) {
    return valid(field, what, value, value == null ? null : faultOfSurrogates(value));
  }

  /** Whether nothing was written: an empty field of a form, or one with only spaces in it. */
  static boolean isBlank(@Nullable String value) {
    if (value == null) {
      return true;
    }
    for (int i = 0; i < value.length(); i += Character.charCount(value.codePointAt(i))) {
      if (!isSpace(value.codePointAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** A name that is part of a program, such as a header's, and not of somebody's feedback. */
  static String constant(String field, String value) {
    Objects.requireNonNull(value, () -> field + " must not be null");
    String fault = faultOfName(value);
    if (fault != null) {
      throw new IllegalArgumentException(field + " " + fault);
    }
    return value;
  }

  /** A provider's name in lower case, which is also part of a receipt's text. */
  static String provider(String name) {
    if (!isProvider(constant("provider", name))) {
      throw new IllegalArgumentException(
          "provider must be ASCII letters, digits and . - _ alone, but is '" + name + "'");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  private static boolean isProvider(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean isLetterOrDigit = c < 0x80 && Character.isLetterOrDigit(c);
      if (!isLetterOrDigit && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static String valid(
      String field, String what, @Nullable String value, @Nullable String fault) {
    if (value == null) {
      throw new InvalidFeedbackException(field, what + " must not be null");
    } else if (fault != null) {
      throw new InvalidFeedbackException(field, what + " " + fault);
    }
    return value;
  }

  private static @Nullable String faultOfName(String value) {
    if (value.length() > LONGEST_NAME) {
      return String.format(
          Locale.ROOT,
          "must have at most %,d characters, but has %,d",
          LONGEST_NAME,
          value.length());
    }
    String fault = faultOfWords(value);
    for (int i = 0; fault == null && i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))) {
        fault =
            "must not contain control characters, but has U+%04X at index %d"
                .formatted((int) value.charAt(i), i);
      }
    }
    return fault == null ? faultOfVisibility(value) : fault;
  }

  /**
   * Names the character by its code point: if it were shown, it would do what it is refused for.
   */
  private static @Nullable String faultOfVisibility(String name) {
    int index = Invisible.firstIn(name);
    return index < 0
        ? null
        : "must not contain invisible, bidirectional or line-separator characters, but has U+%04X at index %d"
            .formatted(name.codePointAt(index), index);
  }

  private static @Nullable String faultOfWords(String value) {
    String fault = faultOfSurrogates(value);
    return fault == null && isBlank(value) ? "must not be blank" : fault;
  }

  private static @Nullable String faultOfSurrogates(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return "must be well-formed text, but has an unpaired surrogate at index "
            + i
            + " (was an emoji cut in two?)";
      }
    }
    return null;
  }

  /** Also the no-break space, which web forms send and {@code isBlank} treats as text. */
  private static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  /** Text that every HTTP library writes into a header, and every server reads, unchanged. */
  static String visible(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
        throw new InvalidFeedbackException(
            field,
            field
                + " must be ASCII without spaces to be sent in a header, but is not at index "
                + i);
      }
    }
    return value;
  }

  /** A time that RFC 3339 can represent. */
  static Instant writable(String field, @Nullable Instant time) {
    if (time == null) {
      throw new InvalidFeedbackException(field, field + " must not be null");
    } else if (time.isBefore(YEAR_ONE) || !time.isBefore(YEAR_TEN_THOUSAND)) {
      throw new InvalidFeedbackException(
          field, field + " must be in the years 1 to 9999, but is " + time);
    }
    return time;
  }
}
