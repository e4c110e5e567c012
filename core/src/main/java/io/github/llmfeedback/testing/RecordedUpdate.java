package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;

/**
 * An update that a {@link RecordingFeedbackClient} was asked for.
 *
 * @param receipt the receipt of the feedback to change
 * @param feedback the feedback to replace it with
 */
public record RecordedUpdate(Receipt receipt, Feedback feedback) {}
