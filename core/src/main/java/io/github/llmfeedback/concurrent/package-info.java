/**
 * Internal, and not exported: what the library's own parts agree on about threads and futures. It
 * knows nothing of feedback, and may change in any release.
 */
@NullMarked
package io.github.llmfeedback.concurrent;

import org.jspecify.annotations.NullMarked;
