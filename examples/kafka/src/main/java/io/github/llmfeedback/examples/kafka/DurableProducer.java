package io.github.llmfeedback.examples.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serializer;

/** Kafka's producer, with what keeps a record from being lost, doubled or overtaken. */
final class DurableProducer {
  private DurableProducer() {}

  static <T> Producer<T, T> open(Map<String, ?> kafka, Serializer<T> serializer) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return new KafkaProducer<>(config, serializer, serializer);
  }
}
