package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.kafka.demo.Broker;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** New topics, a group, and a provider's client, on a broker that all tests of a JVM share. */
final class Stream implements AutoCloseable {
  static final ConsumerSettings SETTINGS =
      ConsumerSettings.defaults()
          .retryDelay(Duration.ofMillis(500))
          .rest(Duration.ofMillis(100), Duration.ofMillis(500))
          .member(Broker.member());

  private static final AtomicInteger COUNT = new AtomicInteger();
  /** It ends with the JVM; Kafka then deletes its files. */
  private static final Broker BROKER = new Broker();

  final FeedbackTopics topics;
  final FeedbackProducer producer;
  private final List<FeedbackClient> clients = new ArrayList<>();
  private final List<Running> members = new ArrayList<>();

  Stream(int partitions) {
    topics = BROKER.create(FeedbackTopics.named("stream-" + COUNT.incrementAndGet()), partitions);
    producer = new FeedbackProducer(kafka(), topics);
  }

  static Map<String, Object> kafka() {
    return BROKER.kafka();
  }

  String group() {
    return "group-of-" + topics.feedback();
  }

  /** Feedback on the part of the id before the dash. */
  static Feedback.Builder feedback(String id) {
    return Feedback.on(id.split("-", 2)[0]).metadata("id", id);
  }

  CompletableFuture<?> send(String id) {
    return producer.send(feedback(id).thumbsUp().build());
  }

  /** Sends these, and waits until Kafka has them. */
  void sendAll(List<String> ids) {
    List<CompletableFuture<?>> sent = new ArrayList<>();
    ids.forEach(id -> sent.add(send(id)));
    sent.forEach(CompletableFuture::join);
  }

  static ClientSettings.Builder impatient() {
    return ClientSettings.builder().maxRetries(0);
  }

  FeedbackClient client(PretendPortkey portkey) {
    return closing(
        PortkeyFeedbackClient.builder(PretendPortkey.KEY)
            .baseUrl(portkey.url())
            .settings(impatient().build())
            .build());
  }

  /** This client, which is closed after the members. */
  FeedbackClient closing(FeedbackClient client) {
    clients.add(client);
    return client;
  }

  /** A member that runs on a thread of its own. */
  Running start(FeedbackClient client, ConsumerSettings settings) {
    Running member =
        new Running(new FeedbackConsumer(kafka(), group(), topics, client, settings));
    members.add(member);
    return member;
  }

  /** A member that is running; closing it fails if it ended with an exception. */
  static final class Running implements AutoCloseable {
    final FeedbackConsumer consumer;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;

    Running(FeedbackConsumer consumer) {
      this.consumer = consumer;
      thread = new Thread(consumer, "consumer");
      thread.setUncaughtExceptionHandler((dead, error) -> failure.set(error));
      thread.start();
    }

    @Override
    public void close() {
      consumer.close();
      Await.isTrue("the thread has ended", () -> !thread.isAlive());
      Throwable error = failure.get();
      if (error != null) {
        throw new AssertionError("a member died", error);
      }
    }
  }

  void awaitMembers(int count) {
    Await.isTrue(count + " members have partitions", () -> BROKER.members(group()) == count);
  }

  boolean isDone() {
    return BROKER.lag(group(), topics) == 0;
  }

  void awaitDone() {
    Await.isTrue("everything is committed", this::isDone);
  }

  static List<ConsumerRecord<String, String>> records(String topic) {
    return BROKER.records(topic);
  }

  /** The ids of the feedbacks in a topic. */
  static List<String> ids(String topic) {
    return records(topic).stream()
        .map(record -> FeedbackJson.strict().feedback(record.value()))
        .map(feedback -> String.valueOf(feedback.metadata().get("id")))
        .toList();
  }

  /** A record's headers as text. */
  static Map<String, String> headers(ConsumerRecord<?, ?> record) {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    return headers;
  }

  @Override
  public void close() {
    producer.close();
    members.forEach(Running::close);
    clients.forEach(FeedbackClient::close);
  }
}
