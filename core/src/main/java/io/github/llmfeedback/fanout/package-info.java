/**
 * Submits the same feedback to several clients in parallel: {@link
 * io.github.llmfeedback.fanout.FanOut}.
 *
 * <pre>{@code
 * Target target =
 *     Target.of(PortkeyFeedbackClient.TRACE, traceId).and(HeliconeFeedbackClient.REQUEST, requestId);
 * FanOut everywhere = FanOut.builder().add(portkey).add(helicone).build();
 * Map<String, Outcome> outcomes = everywhere.submit(Feedback.on(target).thumbsUp().build());
 *
 * Map<String, Receipt> receipts = FanOut.receipts(outcomes); // to change it later
 * everywhere.update(receipts, Feedback.on(target).thumbsDown().build());
 * }</pre>
 *
 * <p>One provider's failure never affects another's: each client has an {@link
 * io.github.llmfeedback.Outcome} of its own, by its name.
 */
@NullMarked
package io.github.llmfeedback.fanout;

import org.jspecify.annotations.NullMarked;
