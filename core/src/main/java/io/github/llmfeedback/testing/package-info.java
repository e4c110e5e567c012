/**
 * For unit tests of code that submits feedback: {@link
 * io.github.llmfeedback.testing.RecordingFeedbackClient} records it, refuses what a given provider
 * cannot keep, and fails when told to. Needs no server and no test framework.
 */
@NullMarked
package io.github.llmfeedback.testing;

import org.jspecify.annotations.NullMarked;
