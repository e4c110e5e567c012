/**
 * What authors of providers use: a {@linkplain io.github.llmfeedback.spi.Dialect dialect} says, in
 * pure functions, how a provider writes feedback, and {@link
 * io.github.llmfeedback.client.HttpFeedbackClient} does everything else.
 *
 * <p><strong>Unstable</strong>: it may change in any release until a provider written by somebody
 * else depends on it.
 */
@NullMarked
package io.github.llmfeedback.spi;

import org.jspecify.annotations.NullMarked;
