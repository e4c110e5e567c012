package io.github.llmfeedback.spi;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The rule for text that goes to a provider without being part of a feedback. */
public final class WireText {
  private WireText() {}

  /**
   * The text, if it can be written as UTF-8.
   *
   * @param field how the message names it
   * @throws IllegalArgumentException if a surrogate stands alone
   */
  public static String wellFormed(String field, String text) {
    Objects.requireNonNull(text, () -> field + " must not be null");
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          field
              + " must be well-formed text, but has an unpaired surrogate (was an emoji cut in"
              + " two?)");
    }
    return text;
  }
}
