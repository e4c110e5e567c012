/**
 * Internal, and not exported: how feedback gets to a provider. Submissions (one, a batch, a stream,
 * polling) are made of calls, and a call of attempts. No type of OkHttp's appears here; it may
 * change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine;

import org.jspecify.annotations.NullMarked;
