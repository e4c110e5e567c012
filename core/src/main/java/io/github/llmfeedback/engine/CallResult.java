package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param response the last response; null if none came
 * @param verdict what that response meant
 * @param error why the call failed; null if it was accepted
 * @param sent what was sent of its feedback, including by earlier calls
 * @param elapsed from the first attempt to the end
 */
record CallResult(
    @Nullable ProviderResponse response,
    @Nullable Verdict verdict,
    @Nullable FeedbackException error,
    Sent sent,
    Duration elapsed) {

  /** How many requests were begun. */
  int attempts() {
    return sent.attempts();
  }
}
