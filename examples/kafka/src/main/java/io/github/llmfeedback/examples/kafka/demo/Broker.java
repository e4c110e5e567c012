package io.github.llmfeedback.examples.kafka.demo;

import io.github.llmfeedback.examples.kafka.FeedbackTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A real Kafka broker in this process, and what a person would ask it. Thread-safe. */
public final class Broker implements AutoCloseable {
  /** How soon the group notices that a member was killed. Too short for production. */
  public static final Duration SESSION = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
  private final Admin admin;

  /** Starts it, without topics. */
  public Broker() {
    broker.brokerProperty("group.min.session.timeout.ms", "1000");
    broker.brokerProperty("group.initial.rebalance.delay.ms", "0");
    broker.afterPropertiesSet();
    admin = Admin.create(new HashMap<>(kafka()));
  }

  /** Where it is. */
  public Map<String, Object> kafka() {
    return kafka(broker.getBrokersAsString());
  }

  static Map<String, Object> kafka(String servers) {
    return Map.of("bootstrap.servers", servers);
  }

  /** Kafka's settings of a member whose death is noticed after {@link #SESSION}. */
  public static Map<String, Object> member() {
    return Map.of("session.timeout.ms", (int) SESSION.toMillis(), "heartbeat.interval.ms", 300);
  }

  /** Creates the topics. */
  public FeedbackTopics create(FeedbackTopics topics, int partitions) {
    List<NewTopic> all = new ArrayList<>();
    for (String topic :
        List.of(topics.feedback(), topics.retry(), topics.deadLetter(), topics.parked())) {
      all.add(new NewTopic(topic, partitions, (short) 1));
    }
    try {
      admin.createTopics(all).all().get();
      awaitLeaders(all, partitions);
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return topics;
  }

  /**
   * Waits until each leader answers. A producer that is earlier than that may see its first batch
   * refused and its second taken, and then never get the first one in.
   */
  private void awaitLeaders(List<NewTopic> topics, int partitions)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (NewTopic topic : topics) {
      for (int i = 0; i < partitions; i++) {
        ends.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
      }
    }
    long begin = System.nanoTime();
    while (true) {
      try {
        admin.listOffsets(ends).all().get();
        return;
      } catch (ExecutionException e) {
        // The broker that is asked may hear of a new topic later than the one that created it.
        if (!(e.getCause() instanceof RetriableException)
            || System.nanoTime() - begin > LONGEST_WAIT.toNanos()) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  /** How many members a group has. */
  public int members(String group) {
    try {
      return (int)
          admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
              .flatMap(description -> description.members().stream())
              .filter(member -> !member.assignment().topicPartitions().isEmpty())
              .count();
    } catch (InterruptedException | ExecutionException e) {
      return 0; // there is no such group yet
    }
  }

  /** How many records of these topics the group has not committed. */
  public long lag(String group, FeedbackTopics topics) {
    try (Consumer<String, String> reader = reader()) {
      Set<TopicPartition> partitions = new HashSet<>();
      partitions.addAll(partitions(reader, topics.feedback()));
      partitions.addAll(partitions(reader, topics.retry()));
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      long lag = 0;
      for (Map.Entry<TopicPartition, Long> end : reader.endOffsets(partitions).entrySet()) {
        OffsetAndMetadata done = committed.get(end.getKey());
        lag += end.getValue() - (done == null ? 0 : done.offset());
      }
      return lag;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All records of a topic. */
  public List<ConsumerRecord<String, String>> records(String topic) {
    try (Consumer<String, String> reader = reader()) {
      Collection<TopicPartition> partitions = partitions(reader, topic);
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      List<ConsumerRecord<String, String>> records = new ArrayList<>();
      while (ends.entrySet().stream().anyMatch(e -> reader.position(e.getKey()) < e.getValue())) {
        reader.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  private Consumer<String, String> reader() {
    return new KafkaConsumer<>(
        new HashMap<>(kafka()), new StringDeserializer(), new StringDeserializer());
  }

  private static List<TopicPartition> partitions(Consumer<?, ?> reader, String topic) {
    return reader.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  @Override
  public void close() {
    admin.close();
    broker.destroy();
  }
}
