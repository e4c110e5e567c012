/**
 * Internal, and not exported: how feedback gets to a provider. submissions (one feedback, a batch,
 * a stream, polling) consist of calls, and a call of attempts. It uses no type of OkHttp's, and may
 * change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine;

import org.jspecify.annotations.NullMarked;
