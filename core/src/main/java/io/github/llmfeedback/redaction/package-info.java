/**
 * Internal, and not exported: what keeps secrets, and the words of others, out of everything that
 * is shown. It knows nothing of feedback, and may change in any release.
 */
@NullMarked
package io.github.llmfeedback.redaction;

import org.jspecify.annotations.NullMarked;
