/**
 * Internal and not exported: what keeps secrets, and text from others, out of everything that is
 * shown. It knows nothing about feedback, and may change in any release.
 */
@NullMarked
package io.github.llmfeedback.redaction;

import org.jspecify.annotations.NullMarked;
