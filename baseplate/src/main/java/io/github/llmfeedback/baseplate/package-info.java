/**
 * Feedback to Baseplate, a service of 2023 of which only the documentation is known to stand. The
 * id to use is the completion's usage id: {@link
 * io.github.llmfeedback.baseplate.BaseplateFeedbackClient#USAGE}.
 */
@NullMarked
package io.github.llmfeedback.baseplate;

import org.jspecify.annotations.NullMarked;
