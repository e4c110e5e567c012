/**
 * What a provider's client extends: {@link io.github.llmfeedback.client.HttpFeedbackClient} does
 * everything except the provider's wire format, and {@link
 * io.github.llmfeedback.client.ClientBuilder} is what the builders of all clients have in common.
 * As stable as {@code io.github.llmfeedback}.
 *
 * <pre>{@code
 * public final class AcmeFeedbackClient extends HttpFeedbackClient {
 *   public static final TargetKey ANSWER = TargetKey.of("acme", "answer");
 *
 *   private AcmeFeedbackClient(ApiEndpoint endpoint, ClientSettings settings) {
 *     super(endpoint, settings, new AcmeDialect());
 *   }
 *
 *   public static final class Builder extends ClientBuilder<Builder> {
 *     private final String apiKey;
 *
 *     private Builder(String apiKey) {
 *       super("acme", "https://api.acme.example/v1", "v1");
 *       this.apiKey = required("Acme's API key", "ACME_API_KEY", apiKey);
 *     }
 *
 *     protected Builder self() {
 *       return this;
 *     }
 *
 *     public AcmeFeedbackClient build() {
 *       return new AcmeFeedbackClient(
 *           endpoint().keyHeader("Authorization", "Bearer ", apiKey), settings());
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Updates and retractions are there for a client that declares {@link
 * io.github.llmfeedback.SupportsUpdate} or {@link io.github.llmfeedback.SupportsRetract}, makes the
 * methods public and calls {@code super}. How to write the dialect: {@link
 * io.github.llmfeedback.spi}.
 */
@NullMarked
package io.github.llmfeedback.client;

import org.jspecify.annotations.NullMarked;
