/**
 * For applications that call their LLM with OkHttp: {@link
 * io.github.llmfeedback.okhttp.TargetInterceptor} reads the ids that feedback needs from the
 * response headers, or chooses them in the request headers, and {@link
 * io.github.llmfeedback.okhttp.FeedbackTarget} makes them available.
 */
@NullMarked
package io.github.llmfeedback.okhttp;

import org.jspecify.annotations.NullMarked;
