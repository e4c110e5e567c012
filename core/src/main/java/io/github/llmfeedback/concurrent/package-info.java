/**
 * Internal and not exported: the threads, futures and queues that the rest of the library uses. It
 * knows nothing about feedback, and may change in any release.
 */
@NullMarked
package io.github.llmfeedback.concurrent;

import org.jspecify.annotations.NullMarked;
