package io.github.llmfeedback.spi;

import io.github.llmfeedback.InvalidFeedbackException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The rule for text that goes to a provider without being part of a feedback. */
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
}
