package io.github.llmfeedback;

import java.util.Objects;

/**
 * A value that no feedback, target or receipt can have, refused where it is set: a blank id, a
 * score outside its scale, half an emoji, a feedback that states nothing, the text of a receipt
 * that was cut.
 *
 * <p>It is about what somebody entered, whichever provider it was for, so a web application
 * responds to it with a 400. The message names the field and the rule and never repeats the text.
 */
public final class InvalidFeedbackException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * A refusal; {@code message} names the field and the rule, without the text that broke it.
   *
   * @param field as {@link #field()} gives it
   */
  public InvalidFeedbackException(String field, String message) {
    super(message);
    this.field = Objects.requireNonNull(field, "field must not be null");
  }

  /**
   * What was refused, as the message names it: {@code comment}, {@code target id}, {@code score},
   * {@code metadata.order.items[2]}; {@code feedback} if nothing is stated; {@code receipt text};
   * {@code target text}; {@code receipt weight}, if a receipt contains what no feedback can have.
   * If it was read from JSON, the path, such as {@code rating.value}.
   */
  public String field() {
    return field;
  }
}
