package io.github.llmfeedback.spi;

import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Rating;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The rules for text that goes to a provider without being part of a feedback. */
public final class WireText {
  private WireText() {}

  /**
   * The text, if it can be written as UTF-8.
   *
   * @param field how the message names it
   * @throws InvalidFeedbackException if a surrogate is unpaired
   */
  public static String wellFormed(String field, String text) {
    Objects.requireNonNull(text, () -> field + " must not be null");
    if (hasSurrogate(text) && !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidFeedbackException(
          field,
          field
              + " must be well-formed text, but has an unpaired surrogate (was an emoji cut in"
              + " two?)");
    }
    return text;
  }

  private static boolean hasSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * The text, if it is well formed and not blank.
   *
   * @param field how the message names it
   * @throws InvalidFeedbackException if it is blank, or a surrogate is unpaired
   */
  public static String notBlank(String field, String text) {
    if (wellFormed(field, text).isBlank()) {
      throw new InvalidFeedbackException(field, field + " must not be blank");
    }
    return text;
  }

  /**
   * Whether the text can be one segment of a URL's path: any text except an empty one, {@code .}
   * and {@code ..}, which would change the path.
   */
  public static boolean isSegment(String text) {
    return !text.isEmpty() && !text.equals(".") && !text.equals("..");
  }

  /**
   * An exception to throw when a receipt, which anybody may have written, contains what no feedback
   * can state.
   *
   * @param key which value of the receipt is wrong, such as {@code weight}
   * @param rule the rule that it breaks, such as {@code must be a number from 0 to 1}
   */
  public static InvalidFeedbackException wrongReceipt(String key, String rule) {
    String field = "receipt " + key;
    return new InvalidFeedbackException(
        field, field + " " + rule + ", so this receipt is wrong; nothing was sent");
  }

  /**
   * The name, if it follows the rule for names in a feedback, such as {@link Rating.Label}: not
   * blank, at most 1,000 characters (UTF-16 units), without control, invisible, bidirectional and
   * line-separator characters.
   *
   * @param field how the message names it
   * @throws InvalidFeedbackException if it does not, or is null
   */
  public static String name(String field, String name) {
    try {
      return new Rating.Label(name).name();
    } catch (InvalidFeedbackException e) {
      String rule = String.valueOf(e.getMessage()).substring(e.field().length());
      throw new InvalidFeedbackException(field, field + rule);
    }
  }
}
