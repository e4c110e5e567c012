/**
 * What applications use: the {@linkplain io.github.llmfeedback.Feedback feedback} people give on an
 * LLM's answer, the {@linkplain io.github.llmfeedback.FeedbackClient client} that submits it to a
 * provider, and the {@linkplain io.github.llmfeedback.Receipt receipt} or {@linkplain
 * io.github.llmfeedback.FeedbackException exception} that says what became of it.
 */
@NullMarked
package io.github.llmfeedback;

import org.jspecify.annotations.NullMarked;
