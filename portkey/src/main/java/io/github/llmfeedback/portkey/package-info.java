/**
 * Feedback to Portkey (since 2026 Prisma AIRS AI Gateway). The id to use is the LLM call's trace
 * id: {@link io.github.llmfeedback.portkey.PortkeyFeedbackClient#TRACE}.
 */
@NullMarked
package io.github.llmfeedback.portkey;

import org.jspecify.annotations.NullMarked;
