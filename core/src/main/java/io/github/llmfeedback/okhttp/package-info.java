/**
 * For applications that call their LLM with OkHttp: {@link
 * io.github.llmfeedback.okhttp.TargetInterceptor} catches the ids that feedback needs from the
 * answer's headers, or chooses them in the request's, and {@link
 * io.github.llmfeedback.okhttp.FeedbackTarget} hands them out.
 */
@NullMarked
package io.github.llmfeedback.okhttp;

import org.jspecify.annotations.NullMarked;
