/**
 * Feedback through Kafka: a producer that stores it in a topic, and a consumer group that submits
 * it to a provider. Needs {@code kafka-clients} and this library alone; meant to be copied.
 */
@NullMarked
package io.github.llmfeedback.examples.kafka;

import org.jspecify.annotations.NullMarked;
