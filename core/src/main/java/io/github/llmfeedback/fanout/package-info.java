/** Submits the same feedback to several clients: {@link io.github.llmfeedback.fanout.FanOut}. */
@NullMarked
package io.github.llmfeedback.fanout;

import org.jspecify.annotations.NullMarked;
