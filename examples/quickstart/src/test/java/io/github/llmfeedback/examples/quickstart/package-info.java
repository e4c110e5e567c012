/** What the quickstart does, and what the README promises. */
@NullMarked
package io.github.llmfeedback.examples.quickstart;

import org.jspecify.annotations.NullMarked;
