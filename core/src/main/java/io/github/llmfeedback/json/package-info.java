/**
 * JSON forms of a feedback, a target and a receipt, for a queue, a column or a file, and for what a
 * browser posts.
 *
 * <ul>
 *   <li>{@link io.github.llmfeedback.json.FeedbackJson} writes and reads them as strings; its
 *       Javadoc defines the forms, and {@link io.github.llmfeedback.json.FeedbackJson#schema} is
 *       their JSON Schema.
 *   <li>{@link io.github.llmfeedback.json.FeedbackJson#untrusted(io.github.llmfeedback.Target)}
 *       reads what a browser posted: what the person says, and nothing that the server decides.
 *   <li>{@link io.github.llmfeedback.json.FeedbackModule} has a mapper of Jackson 2 write and read
 *       them as fields of an application's own classes.
 * </ul>
 *
 * <p>Every refusal is an {@link io.github.llmfeedback.InvalidFeedbackException} whose {@code
 * field()} is the path in the document, such as {@code rating.value}.
 */
@NullMarked
package io.github.llmfeedback.json;

import org.jspecify.annotations.NullMarked;
