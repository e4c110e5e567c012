/** A broker, a provider and a consumer group in one command. */
@NullMarked
package io.github.llmfeedback.examples.kafka.demo;

import org.jspecify.annotations.NullMarked;
