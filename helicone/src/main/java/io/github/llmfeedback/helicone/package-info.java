/**
 * Feedback to Helicone. The id to use is the LLM request's UUID: {@link
 * io.github.llmfeedback.helicone.HeliconeFeedbackClient#REQUEST}.
 */
@NullMarked
package io.github.llmfeedback.helicone;

import org.jspecify.annotations.NullMarked;
