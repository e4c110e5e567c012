/**
 * Measures the clients beside bare HTTP clients and another SDK, in one run, and prints ratios.
 *
 * <p>Times depend on the machine and on what else it does; ratios of rounds that took turns do much
 * less. So nothing here judges a time, and no build fails because of one.
 */
@NullMarked
package io.github.llmfeedback.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
