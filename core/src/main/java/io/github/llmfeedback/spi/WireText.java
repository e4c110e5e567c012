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
   * @throws InvalidFeedbackException if a surrogate stands alone
   */
  public static String wellFormed(String field, String text) {
    Objects.requireNonNull(text, () -> field + " must not be null");
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidFeedbackException(
          field,
          field
              + " must be well-formed text, but has an unpaired surrogate (was an emoji cut in"
              + " two?)");
    }
    return text;
  }

  /**
   * The name, if it keeps to the rule for names in a feedback, such as {@link Rating.Label}: not
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
