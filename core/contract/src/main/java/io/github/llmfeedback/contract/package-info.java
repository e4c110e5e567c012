/** What every client must do, as tests that a provider's module extends. */
@NullMarked
package io.github.llmfeedback.contract;

import org.jspecify.annotations.NullMarked;
