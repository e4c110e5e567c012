package io.github.llmfeedback.examples.quickstart;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.llmfeedback.Feedback;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an import could not submit, as a line of a file that can be imported.
 *
 * @param error the reason
 * @param mayHaveArrived whether the provider may have stored it nevertheless
 * @param line where it was in the file that was imported first, from 1
 * @param feedback absent if the line could not be read as one
 * @param text what the line was then, or its start with an ellipsis
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"error", "mayHaveArrived", "line", "feedback", "text"})
record FailedLine(
    @JsonProperty("error") String error,
    @JsonProperty("mayHaveArrived") boolean mayHaveArrived,
    @JsonProperty("line") long line,
    @JsonProperty("feedback") @Nullable Feedback feedback,
    @JsonProperty("text") @Nullable String text) {
  private static final int MAX_TEXT = 1_000;

  FailedLine because(String error, boolean mayHaveArrived) {
    return new FailedLine(error, mayHaveArrived, line, feedback, text).shortened();
  }

  /** With at most 1,000 characters of the reason, and of the text. */
  FailedLine shortened() {
    return new FailedLine(
        shortened(String.valueOf(error)),
        mayHaveArrived,
        line,
        feedback,
        text == null ? null : shortened(text));
  }

  private static String shortened(String text) {
    if (text.length() <= MAX_TEXT) {
      return text;
    }
    int end = MAX_TEXT - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + '…';
  }

  /** Whether this is the same line of the same file. */
  boolean isSameLine(FailedLine other) {
    return line == other.line
        && Objects.equals(feedback, other.feedback)
        && Objects.equals(text, other.text);
  }
}
