/**
 * What every client must do, as tests that a provider's module extends; published as a test-jar.
 */
@NullMarked
package io.github.llmfeedback.contract;

import org.jspecify.annotations.NullMarked;
