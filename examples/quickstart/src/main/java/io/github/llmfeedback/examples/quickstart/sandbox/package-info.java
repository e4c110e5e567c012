/**
 * A sandbox of four feedback providers that runs in the example's own process: no account, no key,
 * no network beyond the loopback.
 */
@NullMarked
package io.github.llmfeedback.examples.quickstart.sandbox;

import org.jspecify.annotations.NullMarked;
