package io.github.llmfeedback;

import java.time.Duration;

/**
 * The result of a batch in numbers.
 *
 * @param submitted how many feedbacks were read from the source
 * @param accepted how many have a receipt
 * @param failed how many have an error; with {@code accepted} it adds up to {@code submitted}
 * @param uncertain how many of the failed ones {@linkplain FeedbackException#mayHaveArrived() may
 *     have arrived} nevertheless
 * @param elapsed how long it took
 */
public record BatchSummary(
    long submitted, long accepted, long failed, long uncertain, Duration elapsed) {}
