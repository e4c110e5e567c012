/** What the quickstart does, and what README, guide and providers' pages promise. */
@NullMarked
package io.github.llmfeedback.examples.quickstart;

import org.jspecify.annotations.NullMarked;
