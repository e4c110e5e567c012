/**
 * Internal and not exported: how feedback gets to a provider. Submissions (one feedback, a batch, a
 * stream, a polling) consist of calls, and a call consists of attempts. No OkHttp type is used
 * here. It may change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine;

import org.jspecify.annotations.NullMarked;
