/**
 * For unit tests of code that submits feedback: {@link
 * io.github.llmfeedback.testing.RecordingFeedbackClient} records it, refuses what a given provider
 * cannot keep, and fails when told to. Needs no server and no test framework.
 *
 * <pre>{@code
 * RecordingFeedbackClient client =
 *     RecordingFeedbackClient.like(helicone, HeliconeFeedbackClient.REQUEST).build();
 * new ThumbButton(client).click(requestId); // your code
 * assertThat(client.submitted()).containsExactly(Feedback.on(requestId).thumbsUp().build());
 *
 * client.failNext(Failure.TIMEOUT); // there is one for each way to fail
 * client.hold(); // nothing ends until release(): for your own timeouts
 * }</pre>
 *
 * <p>For tests of a provider's client, see the artifact {@code llm-feedback-contract}.
 */
@NullMarked
package io.github.llmfeedback.testing;

import org.jspecify.annotations.NullMarked;
