/** Processes that add and deliver feedback are killed and frozen, and their database restarted. */
@NullMarked
package io.github.llmfeedback.outbox.crash;

import org.jspecify.annotations.NullMarked;
