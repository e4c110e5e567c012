package io.github.llmfeedback.redaction;

import java.util.Arrays;

/**
 * A text with its escapes resolved, and where in the text each character came from: JSON's escapes,
 * percent escapes and HTML's character references are resolved, in any mixture, and case is
 * ignored.
 */
final class Decoded {
  private static final String[] NAMED = {"amp;&", "lt;<", "gt;>", "quot;\"", "apos;'"};

  /** How many digits a character reference may have to be resolved, including leading zeros. */
  private static final int LONGEST_REFERENCE = 12;

  private final char[] chars;
  private final int[] starts;
  private int length;

  private Decoded(int capacity) {
    chars = new char[capacity];
    starts = new int[capacity + 1];
  }

  /** The text as it is. */
  static Decoded raw(String text) {
    Decoded raw = new Decoded(text.length());
    for (int i = 0; i < text.length(); i++) {
      raw.add(text.charAt(i), i);
    }
    raw.starts[raw.length] = text.length();
    return raw;
  }

  /** This text with one layer of escapes resolved; the same if there is none. */
  Decoded next() {
    Decoded next = new Decoded(length);
    int i = 0;
    while (i < length) {
      int end = escapeAt(i);
      next.add(end == i + 1 ? chars[i] : meaning(i, end), starts[i]);
      i = end;
    }
    if (next.length == length) {
      return this;
    }
    next.starts[next.length] = starts[length];
    return next;
  }

  private void add(char c, int start) {
    chars[length] = folded(c);
    starts[length] = start;
    length++;
  }

  /** The character without its case. */
  static char folded(char c) {
    return Character.toLowerCase(Character.toUpperCase(c));
  }

  /** Whether a text may have escapes to resolve. */
  static boolean mayBeEscaped(String text) {
    return text.indexOf('\\') >= 0 || text.indexOf('%') >= 0 || text.indexOf('&') >= 0;
  }

  /** Where the escape that begins here ends; the next index if none begins here. */
  private int escapeAt(int i) {
    return switch (chars[i]) {
      case '\\' -> {
        if (i + 1 < length && "/\"\\".indexOf(chars[i + 1]) >= 0) {
          yield i + 2;
        }
        yield i + 5 < length && chars[i + 1] == 'u' && number(i + 2, i + 6, 16) >= 0
            ? i + 6
            : i + 1;
      }
      case '%' -> {
        int code = i + 2 < length ? number(i + 1, i + 3, 16) : -1;
        yield code >= 0 && code < 0x80 ? i + 3 : i + 1; // secrets are ASCII
      }
      case '&' -> referenceAt(i);
      default -> i + 1;
    };
  }

  private int referenceAt(int i) {
    if (i + 1 < length && chars[i + 1] == '#') {
      int radix = radix(i);
      int first = radix == 16 ? i + 3 : i + 2;
      int end = first;
      while (end < length
          && end - first < LONGEST_REFERENCE
          && chars[end] < 0x80
          && Character.digit(chars[end], radix) >= 0) {
        end++;
      }
      if (number(first, end, radix) < 0) {
        return i + 1;
      }
      return end < length && chars[end] == ';' ? end + 1 : end;
    }
    for (String named : NAMED) {
      int end = i + named.length();
      if (end <= length && matches(i + 1, named, named.length() - 1)) {
        return end;
      }
    }
    return i + 1;
  }

  private int radix(int i) {
    return i + 2 < length && chars[i + 2] == 'x' ? 16 : 10;
  }

  private char meaning(int i, int end) {
    int code =
        switch (chars[i]) {
          case '\\' -> chars[i + 1] == 'u' ? number(i + 2, end, 16) : chars[i + 1];
          case '%' -> number(i + 1, end, 16);
          default -> {
            if (chars[i + 1] != '#') {
              yield named(i);
            }
            int radix = radix(i);
            int last = chars[end - 1] == ';' ? end - 1 : end;
            yield number(radix == 16 ? i + 3 : i + 2, last, radix);
          }
        };
    return (char) code;
  }

  private char named(int i) {
    return Arrays.stream(NAMED)
        .filter(named -> matches(i + 1, named, named.length() - 1))
        .map(named -> named.charAt(named.length() - 1))
        .findFirst()
        .orElseThrow();
  }

  private boolean matches(int i, String text, int count) {
    for (int k = 0; k < count; k++) {
      if (i + k >= length || chars[i + k] != text.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The number that these characters represent, at most that of a character; negative if they do
   * not represent one.
   */
  private int number(int from, int to, int radix) {
    int number = from < to ? 0 : -1;
    for (int i = from; i < to && number >= 0; i++) {
      int digit = chars[i] < 0x80 ? Character.digit(chars[i], radix) : -1;
      number = digit < 0 ? -1 : number * radix + digit;
      number = number > Character.MAX_VALUE ? -1 : number;
    }
    return number;
  }

  int length() {
    return length;
  }

  char charAt(int i) {
    return chars[i];
  }

  /** Where in the text the character came from; at the end, the text's length. */
  int start(int i) {
    return starts[i];
  }

  /** Removes the characters from this one on; the end of the text stays where it was. */
  void endAt(int end) {
    starts[end] = starts[length];
    length = end;
  }

  /** The characters from this one on. */
  String from(int i) {
    return new String(chars, i, length - i);
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }
}
