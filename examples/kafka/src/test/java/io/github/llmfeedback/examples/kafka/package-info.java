@NullMarked
package io.github.llmfeedback.examples.kafka;

import org.jspecify.annotations.NullMarked;
