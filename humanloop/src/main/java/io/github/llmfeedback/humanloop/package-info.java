/**
 * Feedback to Humanloop v4. The hosted service was sunset on 2025-09-08: set the base URL of a
 * self-hosted or dedicated instance. The id to use is the datapoint's: {@link
 * io.github.llmfeedback.humanloop.HumanloopFeedbackClient#DATAPOINT}.
 */
@NullMarked
package io.github.llmfeedback.humanloop;

import org.jspecify.annotations.NullMarked;
