/**
 * What authors of providers use: a {@linkplain io.github.llmfeedback.spi.Dialect dialect} says, in
 * pure functions, how a provider writes feedback, and {@link
 * io.github.llmfeedback.client.HttpFeedbackClient} does everything else.
 *
 * <p>A provider consists of three classes:
 *
 * <ol>
 *   <li>The wire format: records with exactly the fields of the JSON, annotated for Jackson. Open
 *       their package to {@code com.fasterxml.jackson.databind}.
 *   <li>The dialect. Five methods are enough:
 *       <pre>{@code
 * final class AcmeDialect implements Dialect<AcmeWire> {
 *   public Capabilities capabilities() {
 *     return Capabilities.of("acme")
 *         .with(Support.NATIVE, Part.THUMBS)
 *         .with(Support.APPROXIMATED, Part.SCORE);
 *   }
 *
 *   public TargetKey targetKey() {
 *     return AcmeFeedbackClient.ANSWER;
 *   }
 *
 *   public List<AcmeWire> encode(Feedback feedback, String target, Losses losses) {
 *     return List.of(new AcmeWire(target, Scale.isGood(feedback, losses)));
 *   }
 *
 *   public WireRequest request(List<List<AcmeWire>> feedbacks) {
 *     return WireRequest.of("POST", feedbacks.get(0).get(0), "ratings"); // below the base URL
 *   }
 *
 *   public Verdict verdict(ProviderResponse response, WireRequest request) {
 *     return Verdict.byStatus(response); // the default
 *   }
 * }
 * }</pre>
 *   <li>The client, with a {@linkplain io.github.llmfeedback.client.ClientBuilder builder}.
 * </ol>
 *
 * <ul>
 *   <li>Declare in the {@link io.github.llmfeedback.Capabilities} what is kept; parts that are not
 *       declared never reach {@code encode}. What {@code encode} rounds or refuses by value, it
 *       says to {@link io.github.llmfeedback.spi.Losses}.
 *   <li>A request that may arrive twice and count once is {@link
 *       io.github.llmfeedback.spi.WireRequest#repeatable() repeatable}; only that one is repeated
 *       in doubt.
 *   <li>A 2xx is not a yes if the body says otherwise, or names fewer than were sent: see {@link
 *       io.github.llmfeedback.spi.Verdict}.
 *   <li>Lists: {@link io.github.llmfeedback.spi.Batching}. Waiting until the provider shows what it
 *       stored: {@link io.github.llmfeedback.spi.Polling}.
 *   <li>Hold the client against the contract, the artifact {@code llm-feedback-contract}.
 * </ul>
 *
 * <p><strong>Unstable</strong>: it may change in any release until a provider written by somebody
 * else depends on it.
 */
@NullMarked
package io.github.llmfeedback.spi;

import org.jspecify.annotations.NullMarked;
