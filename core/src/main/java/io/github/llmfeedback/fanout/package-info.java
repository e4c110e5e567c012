/** Several clients that each get the same feedback: {@link io.github.llmfeedback.fanout.FanOut}. */
@NullMarked
package io.github.llmfeedback.fanout;

import org.jspecify.annotations.NullMarked;
