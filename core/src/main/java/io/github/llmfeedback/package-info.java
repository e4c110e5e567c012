/**
 * What applications use: the {@linkplain io.github.llmfeedback.Feedback feedback} people give on an
 * LLM's answer, the {@linkplain io.github.llmfeedback.FeedbackClient client} that submits it to a
 * provider, and the {@linkplain io.github.llmfeedback.Receipt receipt} or {@linkplain
 * io.github.llmfeedback.FeedbackException exception} that says what became of it.
 *
 * <p>A client comes from the module of its provider, one for the whole process:
 *
 * <pre>{@code
 * FeedbackClient client = PortkeyFeedbackClient.create(System.getenv("PORTKEY_API_KEY"));
 * client.capabilities().requireTogether(Part.THUMBS, Part.COMMENT); // or fail at start-up
 *
 * client.submitAsync( // returns at once
 *     Feedback.on(traceId) // the LLM response's header x-portkey-trace-id
 *         .thumbsUp()
 *         .comment("Spot on")
 *         .author("user-17")
 *         .build());
 *
 * client.close(); // delivers what was submitted
 * }</pre>
 *
 * <ul>
 *   <li>Which answer is meant: {@link io.github.llmfeedback.Target}, which can read the id from the
 *       LLM response's headers. Keep {@link io.github.llmfeedback.Target#toText() its text} beside
 *       the answer until somebody clicks.
 *   <li>What a provider keeps: {@link io.github.llmfeedback.Capabilities}. What it cannot keep is
 *       refused before anything is sent, unless the {@link io.github.llmfeedback.LossPolicy}
 *       tolerates it; then it is on the receipt as a {@link io.github.llmfeedback.Loss}.
 *   <li>Lists: {@code submitAll} and {@code submitEach} give each feedback an {@link
 *       io.github.llmfeedback.Outcome} of its own.
 *   <li>A change of mind: {@link io.github.llmfeedback.SupportsUpdate} and {@link
 *       io.github.llmfeedback.SupportsRetract}, with a kept receipt.
 *   <li>When there is no receipt: {@link io.github.llmfeedback.FeedbackException#mayHaveArrived()}
 *       says whether submitting again could count twice.
 *   <li>Timeouts, retries, limits: {@link io.github.llmfeedback.ClientSettings}; metrics and
 *       traces: {@link io.github.llmfeedback.FeedbackListener} and {@link
 *       io.github.llmfeedback.ClientStats}.
 *   <li>As JSON, for queues, files and browsers: {@link io.github.llmfeedback.json}.
 * </ul>
 */
@NullMarked
package io.github.llmfeedback;

import org.jspecify.annotations.NullMarked;
