/** Two versions of a prompt, compared by what people think of the answers, on Helicone. */
@NullMarked
package io.github.llmfeedback.examples.abtest;

import org.jspecify.annotations.NullMarked;
