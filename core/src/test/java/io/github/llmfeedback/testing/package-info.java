/** Facts about the recording client, and a toy provider that speaks real HTTP. */
@NullMarked
package io.github.llmfeedback.testing;

import org.jspecify.annotations.NullMarked;
