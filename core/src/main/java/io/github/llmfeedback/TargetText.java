package io.github.llmfeedback;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a target, form 1: {@code ft1.<ids>.<check>}. {@code Target} defines what the ids
 * contain. Every later version can read what an earlier one wrote.
 */
final class TargetText {
  private static final String FORM = "ft1";

  private static final String FIELD = "target text";

  /** What fits into an indexed column of every database. */
  private static final int LONGEST = 512;

  private TargetText() {}

  static String write(Consumer<CheckedText.Writer> ids) {
    CheckedText.Writer writer = new CheckedText.Writer();
    ids.accept(writer);
    String text = CheckedText.sealed(FORM + "." + writer.base64());
    if (text.length() > LONGEST) {
      throw new InvalidFeedbackException(
          FIELD,
          String.format(
              Locale.ROOT,
              "target text must have at most %d characters, but would have %,d; the ids of this"
                  + " target are too long to be kept as text",
              LONGEST,
              text.length()));
    }
    return text;
  }

  /**
   * Returns what {@code ids} makes of the text.
   *
   * @param form writes it again: only what is written so is read, and no other spelling of it
   */
  static <T> T read(
      @Nullable String text, Function<CheckedText.Reader, T> ids, Function<T, String> form) {
    if (text == null) {
      throw new InvalidFeedbackException(FIELD, "target text must not be null");
    }
    if (CheckedText.isOf(text, CheckedText.RECEIPT)
        || CheckedText.isOf(text, CheckedText.SIGNED_RECEIPT)) {
      throw unreadable("it is the text of a receipt; read it with Receipt.parse");
    }
    if (text.length() > LONGEST) {
      throw unreadable(
          String.format(
              Locale.ROOT,
              "it must have at most %d characters, but has %,d",
              LONGEST,
              text.length()));
    }
    if (!CheckedText.isOf(text, CheckedText.TARGET)) {
      throw unreadable("it is not the text of a target");
    }
    if (!text.startsWith(FORM + ".")) {
      throw unreadable("only form " + FORM + " is known; was it written by a later version?");
    }
    int end = text.lastIndexOf('.');
    if (end == FORM.length() || !CheckedText.isWhole(text)) {
      throw unreadable("its check does not match; it was cut or changed");
    }
    try {
      CheckedText.Reader reader = new CheckedText.Reader(text.substring(FORM.length() + 1, end));
      T target = ids.apply(reader);
      if (reader.isAtEnd() && form.apply(target).equals(text)) {
        return target;
      }
    } catch (InvalidFeedbackException e) {
      throw unreadable("its " + e.getMessage());
    } catch (RuntimeException e) {
      throw unreadable("its content is not a target");
    }
    throw unreadable("its content is not a target");
  }

  private static InvalidFeedbackException unreadable(String why) {
    return new InvalidFeedbackException(FIELD, "this text cannot be read as a target: " + why);
  }
}
