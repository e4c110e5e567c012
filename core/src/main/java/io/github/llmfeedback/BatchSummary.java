package io.github.llmfeedback;

import java.time.Duration;

/**
 * How a batch went, in numbers.
 *
 * @param submitted how many feedbacks were taken from the source
 * @param accepted how many have a receipt
 * @param failed how many have an error; with {@code accepted} it adds up to {@code submitted}
 * @param uncertain how many of the failed {@linkplain FeedbackException#mayHaveArrived() may have
 *     arrived} all the same
 * @param elapsed how long it took
 */
public record BatchSummary(
    long submitted, long accepted, long failed, long uncertain, Duration elapsed) {}
