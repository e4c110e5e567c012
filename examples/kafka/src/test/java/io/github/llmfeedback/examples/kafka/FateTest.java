package io.github.llmfeedback.examples.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where each record ends; each is a batch of its own, so that no other shares its request. */
@Timeout(180)
class FateTest {
  private static final ConsumerSettings ONE_BY_ONE = Stream.SETTINGS.maxBatch(1);

  private final PretendPortkey portkey = new PretendPortkey();
  private final Stream stream = new Stream(1);

  @AfterEach
  void stop() {
    stream.close();
    portkey.close();
  }

  private void consume(ConsumerSettings settings) {
    stream.start(stream.client(portkey), settings);
    stream.awaitDone();
  }

  private static ConsumerRecord<String, String> only(String topic) {
    List<ConsumerRecord<String, String>> records = Stream.records(topic);
    assertThat(records).hasSize(1);
    return records.get(0);
  }

  /** Replies so to this id, the first times. */
  private static Function<Seen, @Nullable Reply> first(int times, String id, Reply reply) {
    Map<String, Integer> seen = new ConcurrentHashMap<>();
    return request ->
        request.texts("id").contains(id) && seen.merge(id, 1, Integer::sum) <= times
            ? reply
            : null;
  }

  @Test
  void whatTheProviderRefusesGoesToTheDeadLetterTopicUnchanged() {
    String secret = "the server repeats the comment";
    portkey.refuse(first(9, "bad-2", Reply.of(400, "{\"message\":\"" + secret + "\"}")));
    stream.sendAll(List.of("good-1", "bad-2", "good-3"));

    consume(ONE_BY_ONE);

    assertThat(portkey.stored()).containsExactly("good-1", "good-3");
    ConsumerRecord<String, String> dead = only(stream.topics.deadLetter());
    ConsumerRecord<String, String> sent = Stream.records(stream.topics.feedback()).get(1);
    assertThat(dead.key()).isEqualTo(sent.key());
    assertThat(dead.value()).isEqualTo(sent.value());
    assertThat(Stream.headers(dead))
        .containsExactly(
            entry("feedback-attempts", "1"),
            entry("feedback-kind", "REJECTED"),
            entry("feedback-provider", "portkey"),
            entry("feedback-status", "400"));
  }

  @Test
  void whatTheProviderCannotKeepGoesToTheDeadLetterTopicWithoutARequest() {
    var unused = stream.producer.send(Stream.feedback("a-1").label("helpful").build()).join();

    consume(ONE_BY_ONE);

    assertThat(portkey.requests()).isZero();
    assertThat(Stream.headers(only(stream.topics.deadLetter())))
        .containsExactly(
            entry("feedback-attempts", "0"),
            entry("feedback-kind", "UNREPRESENTABLE"),
            entry("feedback-provider", "portkey"));
  }

  @Test
  void whatIsNoFeedbackGoesToTheDeadLetterTopicAndHoldsUpNothing() {
    byte[] noText = {'{', (byte) 0xff, 0};
    try (Producer<byte[], byte[]> other =
        new KafkaProducer<>(
            new HashMap<>(Stream.kafka()), new ByteArraySerializer(), new ByteArraySerializer())) {
      String topic = stream.topics.feedback();
      for (ProducerRecord<byte[], byte[]> record :
          List.of(
              new ProducerRecord<byte[], byte[]>(topic, null, noText),
              new ProducerRecord<byte[], byte[]>(topic, new byte[] {1}, null),
              new ProducerRecord<byte[], byte[]>(topic, null, "{\"v\":1}".getBytes(UTF_8)))) {
        var unused = other.send(record);
      }
    }
    stream.sendAll(List.of("good-1"));

    consume(Stream.SETTINGS);

    assertThat(portkey.stored()).containsExactly("good-1");
    List<ConsumerRecord<String, String>> dead = Stream.records(stream.topics.deadLetter());
    assertThat(dead).hasSize(3);
    assertThat(dead.get(1).value()).isNull();
    assertThat(dead.get(2).value()).isEqualTo("{\"v\":1}");
    assertThat(Stream.headers(dead.get(0))).containsEntry("feedback-kind", "OTHER");
  }

  @Test
  void whatMayHaveArrivedIsParkedAndNotSentAgain() {
    portkey.reply(
        reply -> reply.body().contains("lost-") ? reply.with(Reply.Fault.CLOSED_IN_ANSWER) : reply);
    stream.sendAll(List.of("lost-1", "good-2"));

    consume(ONE_BY_ONE);

    assertThat(portkey.stored()).containsExactly("lost-1", "good-2");
    assertThat(Stream.ids(stream.topics.parked())).containsExactly("lost-1");
    assertThat(Stream.headers(only(stream.topics.parked())))
        .containsEntry("feedback-attempts", "1")
        .containsEntry("feedback-kind", "UNREADABLE");
    assertThat(Stream.records(stream.topics.retry())).isEmpty();
  }

  @Test
  void whatMayHaveArrivedIsSentAgainIfItIsToBeRepeated() {
    Set<String> lost = ConcurrentHashMap.newKeySet();
    portkey.reply(
        reply ->
            reply.body().contains("lost-") && lost.add("once")
                ? reply.with(Reply.Fault.CLOSED_IN_ANSWER)
                : reply);
    stream.sendAll(List.of("lost-1", "good-2"));

    consume(ONE_BY_ONE.repeatUncertain(true));

    assertThat(portkey.stored()).containsExactlyInAnyOrder("lost-1", "good-2", "lost-1");
    assertThat(Stream.records(stream.topics.parked())).isEmpty();
  }

  @Test
  void whatWasSurelyNotStoredIsTriedAgainThroughTheRetryTopicUntilItIsDelivered() {
    portkey.refuse(first(2, "late-1", Reply.of(429, "{}")));
    stream.sendAll(List.of("late-1", "good-2"));

    consume(ONE_BY_ONE);

    assertThat(portkey.stored()).containsExactly("good-2", "late-1");
    List<ConsumerRecord<String, String>> retried = Stream.records(stream.topics.retry());
    assertThat(retried).hasSize(2);
    assertThat(Stream.headers(retried.get(1)))
        .containsExactly(
            entry("feedback-attempts", "2"),
            entry("feedback-kind", "REJECTED"),
            entry("feedback-provider", "portkey"),
            entry("feedback-status", "429"));
    assertThat(retried.get(1).timestamp() - retried.get(0).timestamp())
        .isGreaterThanOrEqualTo(Stream.SETTINGS.retryDelay().toMillis());
    assertThat(Stream.records(stream.topics.deadLetter())).isEmpty();
    assertThat(Stream.records(stream.topics.parked())).isEmpty();
  }
}
