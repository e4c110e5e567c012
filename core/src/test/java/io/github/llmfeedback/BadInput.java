package io.github.llmfeedback;

import java.util.List;

/** What people and programs pass by mistake or in malice. */
public final class BadInput {
  /** Text that no UTF-8 can write: an emoji cut in two. */
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

  /** Text in which nobody sees anything; the last is a space that never breaks. */
  public static final List<String> BLANK = List.of("", " ", "\t\n ", "\u2003", "\u00A0");

  /** Text that moves a terminal's cursor or begins a new line in a log. */
  public static final List<String> CONTROL =
      List.of("a\nb", "a\r", "a\tb", "\u0000a", "a\u001B[2J", "a\u007F", "a\u0085b");

  private BadInput() {}

  /** A null where none may be. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  public static <T> T absent() {
    return null;
  }
}
