package io.github.llmfeedback;

/**
 * Characters that cannot be seen, or that change how others are displayed: with them, two different
 * names look the same, or a line of a log reads as something else.
 */
final class Invisible {
  private static final int VARIATION_SELECTOR_16 = 0xfe0f;
  private static final int ZERO_WIDTH_JOINER = 0x200d;
  private static final int ENCLOSING_KEYCAP = 0x20e3;

  private Invisible() {}

  /** Returns the index of the first such character in a well-formed text; -1 if there is none. */
  static int firstIn(String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (is(text.codePointAt(i)) && !isPartOfEmoji(text, i)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Unassigned and private-use characters are not invisible: later versions of Unicode have more
   * emoji.
   */
  private static boolean is(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> isIgnorable(codePoint) || isBlankSymbol(codePoint);
    };
  }

  /** Those of Unicode's Default_Ignorable_Code_Point (15.1) that are not format characters. */
  private static boolean isIgnorable(int codePoint) {
    return codePoint == 0x034f
        || codePoint == 0x115f
        || codePoint == 0x1160
        || codePoint == 0x17b4
        || codePoint == 0x17b5
        || (codePoint >= 0x180b && codePoint <= 0x180f)
        || codePoint == 0x3164
        || codePoint == 0xffa0
        || (codePoint >= 0xfe00 && codePoint <= 0xfe0f)
        || (codePoint >= 0xe0000 && codePoint <= 0xe0fff);
  }

  /** The Braille pattern without dots, and the musical note without a head. */
  private static boolean isBlankSymbol(int codePoint) {
    return codePoint == 0x2800 || codePoint == 0x1d159;
  }

  /**
   * Whether the character turns a symbol or the base of a keycap into an emoji, or joins two emoji
   * into one.
   */
  private static boolean isPartOfEmoji(String text, int index) {
    int codePoint = text.codePointAt(index);
    if (index == 0) {
      return false;
    }
    int before = text.codePointBefore(index);
    int after = index + 1 < text.length() ? text.codePointAt(index + 1) : -1;
    if (codePoint == VARIATION_SELECTOR_16) {
      return isSymbol(before) || (isKeycapBase(before) && after == ENCLOSING_KEYCAP);
    } else if (codePoint == ZERO_WIDTH_JOINER) {
      int symbol =
          before == VARIATION_SELECTOR_16 && index > 1 ? text.codePointBefore(index - 1) : before;
      return isSymbol(symbol) && isSymbol(after);
    }
    return false;
  }

  private static boolean isKeycapBase(int codePoint) {
    return (codePoint >= '0' && codePoint <= '9') || codePoint == '#' || codePoint == '*';
  }

  /**
   * Whether the character may be an emoji or the skin tone of one; an unassigned one may become an
   * emoji later.
   */
  private static boolean isSymbol(int codePoint) {
    if (codePoint < 0x80 || isBlankSymbol(codePoint) || isIgnorable(codePoint)) {
      return false;
    }
    return switch (Character.getType(codePoint)) {
      case Character.OTHER_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.MATH_SYMBOL,
          Character.UNASSIGNED ->
          true;
      default -> // ‼, ⁉, ℹ and 〰 are emoji, too
          codePoint == 0x203c || codePoint == 0x2049 || codePoint == 0x2139 || codePoint == 0x3030;
    };
  }
}
