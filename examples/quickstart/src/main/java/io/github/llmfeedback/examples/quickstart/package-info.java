/** The main job in one run: feedback to all four providers, on a sandbox in the same process. */
@NullMarked
package io.github.llmfeedback.examples.quickstart;

import org.jspecify.annotations.NullMarked;
