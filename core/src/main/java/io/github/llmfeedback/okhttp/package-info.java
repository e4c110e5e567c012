/**
 * For applications that call their LLM with OkHttp: {@link
 * io.github.llmfeedback.okhttp.TargetInterceptor} reads the ids that feedback needs from the
 * response headers, or chooses them in the request headers, and {@link
 * io.github.llmfeedback.okhttp.FeedbackTarget} makes them available.
 *
 * <pre>{@code
 * OkHttpClient llm =
 *     new OkHttpClient.Builder()
 *         .addInterceptor(TargetInterceptor.catching(PortkeyFeedbackClient.TRACE))
 *         .build();
 * try (Response response = llm.newCall(request).execute()) {
 *   FeedbackTarget.of(response).ifPresent(target -> save(target)); // until somebody clicks
 * }
 * }</pre>
 *
 * <p>With another HTTP client, {@link io.github.llmfeedback.Target#fromHeaders} reads the same
 * headers.
 */
@NullMarked
package io.github.llmfeedback.okhttp;

import org.jspecify.annotations.NullMarked;
