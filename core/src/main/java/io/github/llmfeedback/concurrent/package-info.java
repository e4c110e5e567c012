/**
 * Internal, and not exported: the threads, futures and queues that the library's own parts share.
 * It does not depend on feedback, and may change in any release.
 */
@NullMarked
package io.github.llmfeedback.concurrent;

import org.jspecify.annotations.NullMarked;
