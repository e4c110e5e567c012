package io.github.llmfeedback;

import java.util.List;

/** Invalid input, passed by mistake or on purpose. */
public final class BadInput {
  /** Text that UTF-8 cannot encode: half of an emoji. */
  public static final List<String> UNPAIRED =
      List.of(
          "\uD83D",
          "\uDE00",
          "\uD83D\uD83D",
          "cut \uD83D",
          "\uDE00 off",
          "a\uD83Db",
          "\uDE00\uD83D",
          "😀\uD83D");

  /** Text without a visible character; the last is a no-break space. */
  public static final List<String> BLANK = List.of("", " ", "\t\n ", "\u2003", "\u00A0");

  /** Text that moves a terminal's cursor or begins a new line in a log. */
  public static final List<String> CONTROL =
      List.of("a\nb", "a\r", "a\tb", "\u0000a", "a\u001B[2J", "a\u007F", "a\u0085b");

  /** Text whose character at index 1 is invisible, or reorders or breaks a line. */
  public static final List<String> INVISIBLE =
      List.of(
          "a\u00adb",
          "a\u034fb",
          "a\u061cb",
          "a\u115fb",
          "a\u17b4b",
          "a\u180eb",
          "a\u180fb",
          "a\u200bb",
          "a\u200eb",
          "a\u2028b",
          "a\u2029b",
          "a\u202eb",
          "a\u2060b",
          "a\u2066b",
          "a\u2800b",
          "a\u3164b",
          "a\ufe00b",
          "a\ufeffb",
          "a\uffa0b",
          "a\ufff9b",
          "a\ud834\udd59b",
          "a\ud834\udd73b",
          "a\udb40\udc41b",
          "a\udb40\udd00b",
          "a\ufe0fb", // what makes an emoji, where there is none
          "1\ufe0fb",
          "^\ufe0f",
          "a\u200d\ud83d\ude00");

  private BadInput() {}

  /** A null where it is not allowed. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  public static <T> T absent() {
    return null;
  }
}
