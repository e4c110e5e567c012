package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.json.FeedbackJson;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Stores feedback in Kafka. Feedback on one target has one key, so it is in one partition and stays
 * in the order in which it was sent. Thread-safe.
 */
public final class FeedbackProducer implements AutoCloseable {
  private final FeedbackJson json = FeedbackJson.strict();
  private final Producer<String, String> producer;
  private final String topic;

  /**
   * A producer of feedback.
   *
   * @param kafka where the brokers are and how to log in there: {@code bootstrap.servers} and the
   *     like
   */
  public FeedbackProducer(Map<String, ?> kafka, FeedbackTopics topics) {
    producer = DurableProducer.open(kafka, new StringSerializer());
    topic = topics.feedback();
  }

  /**
   * Stores one feedback. Waits only while the buffer is full or the brokers are not known yet, at
   * most {@code max.block.ms}.
   *
   * @return where it is, once all in-sync replicas have it: only then it survives this process.
   *     Fails if Kafka did not take it within {@code delivery.timeout.ms}
   * @throws io.github.llmfeedback.InvalidFeedbackException if the target's text or the feedback's
   *     JSON would be too long
   */
  public CompletableFuture<RecordMetadata> send(Feedback feedback) {
    CompletableFuture<RecordMetadata> stored = new CompletableFuture<>();
    String key = feedback.target().toText();
    var unused =
        producer.send(
            new ProducerRecord<>(topic, key, json.write(feedback)),
            (metadata, error) -> {
              if (error == null) {
                stored.complete(metadata);
              } else {
                stored.completeExceptionally(error);
              }
            });
    return stored;
  }

  /** Waits until everything sent has been stored or has failed. */
  @Override
  public void close() {
    producer.close();
  }
}
