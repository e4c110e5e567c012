package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a wire call ended.
 *
 * @param answer the last answer; null if none came
 * @param verdict what that answer meant
 * @param error why the call failed; null if it was accepted
 * @param attempts how many requests were begun
 * @param elapsed from the call's beginning to its end
 */
record Ending(
    @Nullable Answer answer,
    @Nullable Verdict verdict,
    @Nullable FeedbackException error,
    int attempts,
    Duration elapsed) {}
