package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;

/**
 * An update that a {@link RecordingFeedbackClient} was asked for.
 *
 * @param receipt what was to be changed
 * @param feedback what was to hold instead
 */
public record RecordedUpdate(Receipt receipt, Feedback feedback) {}
