package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Moves records to other topics: with the same key and value, byte for byte, and headers that say
 * why. No header has the server's text, the feedback's or a key. Not thread-safe.
 */
final class SideTopics implements AutoCloseable {
  static final String PROVIDER = "feedback-provider";
  static final String KIND = "feedback-kind";
  static final String STATUS = "feedback-status";
  static final String ATTEMPTS = "feedback-attempts";

  private final Producer<byte[], byte[]> producer;
  private final String provider;
  private final List<Future<RecordMetadata>> moving = new ArrayList<>();

  SideTopics(Map<String, ?> kafka, String provider) {
    producer = DurableProducer.open(kafka, new ByteArraySerializer());
    this.provider = provider;
  }

  /** Begins to move a record; {@link #flush} waits for it. */
  void move(String topic, ConsumerRecord<byte[], byte[]> record, Exception reason) {
    Headers headers = new RecordHeaders(record.headers().toArray());
    set(headers, PROVIDER, provider);
    set(headers, KIND, FailureKind.of(reason).name());
    headers.remove(STATUS);
    if (reason instanceof RejectedFeedbackException rejected) {
      set(headers, STATUS, String.valueOf(rejected.status()));
    } else if (reason instanceof UnreadableResponseException unreadable) {
      set(headers, STATUS, String.valueOf(unreadable.status()));
    }
    int attempts = reason instanceof FeedbackException failed ? failed.attempts() : 0;
    set(headers, ATTEMPTS, String.valueOf(attemptsBefore(headers) + attempts));
    moving.add(
        producer.send(new ProducerRecord<>(topic, null, record.key(), record.value(), headers)));
  }

  /** Requests of all rounds through the retry topic count. */
  private static long attemptsBefore(Headers headers) {
    Header before = headers.lastHeader(ATTEMPTS);
    if (before == null || before.value() == null) {
      return 0;
    }
    try {
      return Long.parseLong(new String(before.value(), StandardCharsets.UTF_8));
    } catch (NumberFormatException notOurs) {
      return 0;
    }
  }

  private static void set(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Waits until the brokers have everything.
   *
   * @throws KafkaException if they do not have all of it: nothing may be committed then
   */
  void flush() {
    producer.flush();
    try {
      for (Future<RecordMetadata> moved : moving) {
        moved.get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException("a record could not be moved to another topic", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      moving.clear();
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
