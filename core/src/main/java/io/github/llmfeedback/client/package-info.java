/**
 * What a provider's client extends: {@link io.github.llmfeedback.client.HttpFeedbackClient} does
 * everything except the provider's wire format, and {@link
 * io.github.llmfeedback.client.ClientBuilder} is what the builders of all clients have in common.
 * As stable as {@code io.github.llmfeedback}.
 */
@NullMarked
package io.github.llmfeedback.client;

import org.jspecify.annotations.NullMarked;
