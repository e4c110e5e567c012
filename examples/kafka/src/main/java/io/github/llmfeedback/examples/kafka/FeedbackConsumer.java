package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.kafka.Batch.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a consumer group that submits the feedback in a topic to a provider.
 *
 * <p>It reads a batch, submits it, moves what was not delivered to the {@linkplain FeedbackTopics
 * other topics}, and only then commits. So every feedback has its fate at least once: if a member
 * dies, another one reads what the first had not committed, and what the provider had of it already
 * counts twice, unless it overwrites.
 *
 * <p>{@link #run} belongs to one thread; the other methods are thread-safe.
 */
public final class FeedbackConsumer implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FeedbackConsumer.class);

  /** How soon a quiet member sees that it is to close, or that a retry is due. */
  private static final Duration POLL = Duration.ofMillis(200);

  /** How soon a member that waits for the provider takes part in a rebalance. */
  private static final Duration HEARTBEAT = Duration.ofMillis(100);

  private final FeedbackTopics topics;
  private final FeedbackClient client;
  private final ConsumerSettings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final SideTopics side;
  private final Rest rest;
  private final Map<TopicPartition, Long> waiting = new HashMap<>(); // until when, epoch ms
  private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
  private @Nullable Batch inFlight;
  private final Map<Fate, LongAdder> counts = new ConcurrentHashMap<>();
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * A member of {@code group}; call {@link #run} on a thread of its own.
   *
   * @param kafka where the brokers are and how to log in there: {@code bootstrap.servers} and the
   *     like
   * @param client stays open when this is closed
   */
  public FeedbackConsumer(
      Map<String, ?> kafka,
      String group,
      FeedbackTopics topics,
      FeedbackClient client,
      ConsumerSettings settings) {
    this.topics = topics;
    this.client = client;
    this.settings = settings;
    rest = new Rest(settings.firstRest(), settings.longestRest());
    Map<String, Object> config = new HashMap<>(kafka);
    config.putAll(settings.member());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.maxBatch());
    config.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    ByteArrayDeserializer asItIs = new ByteArrayDeserializer(); // no record is unreadable for Kafka
    consumer = new KafkaConsumer<>(config, asItIs, asItIs);
    side = new SideTopics(kafka, client.capabilities().provider());
  }

  /**
   * Consumes until {@link #close()}, an interrupt, or an error of Kafka. After an error, build
   * another member: it reads again what this one had not committed.
   */
  @Override
  public void run() {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("this member was already run or closed; build another one");
    }
    try (side;
        consumer) { // which leaves the group, so that others take over at once
      consumer.subscribe(List.of(topics.feedback(), topics.retry()), new Rebalance());
      while (!closing.get()) {
        turn();
      }
    } finally {
      ended.countDown();
    }
  }

  private void turn() {
    Set<TopicPartition> paused = rest.isNow() ? consumer.assignment() : waitingNow();
    Set<TopicPartition> open = new HashSet<>(consumer.assignment());
    open.removeAll(paused);
    consumer.pause(paused);
    consumer.resume(open);
    ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
    commit();
    List<ConsumerRecord<byte[], byte[]>> taken = take(polled);
    if (taken.isEmpty()) {
      return;
    }
    Batch batch = new Batch(taken, client);
    inFlight = batch;
    consumer.pause(consumer.assignment());
    // Polling goes on, but yields nothing: however long the provider takes, max.poll.interval.ms
    // is kept, and a rebalance is not held up.
    while (inFlight != null && !closing.get() && !batch.isDone(HEARTBEAT)) {
      consumer.poll(Duration.ZERO);
    }
    finish(consumer.assignment());
  }

  private Set<TopicPartition> waitingNow() {
    long now = System.currentTimeMillis();
    waiting.values().removeIf(until -> until <= now);
    return waiting.keySet();
  }

  /** What can be submitted now; the consumer goes back to the rest. */
  private List<ConsumerRecord<byte[], byte[]>> take(ConsumerRecords<byte[], byte[]> polled) {
    int room = rest.isTrial() ? 1 : settings.maxBatch();
    List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
    List<TopicPartition> oldestFirst = new ArrayList<>(polled.partitions());
    oldestFirst.sort(Comparator.comparing(partition -> !isRetry(partition)));
    for (TopicPartition partition : oldestFirst) {
      for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
        long due =
            isRetry(partition) ? record.timestamp() + settings.retryDelay().toMillis() : 0;
        boolean isDue = due <= System.currentTimeMillis();
        if (!isDue) {
          waiting.put(partition, due);
        }
        if (!isDue || taken.size() == room) {
          consumer.seek(partition, record.offset());
          break;
        }
        taken.add(record);
      }
    }
    return taken;
  }

  private boolean isRetry(TopicPartition partition) {
    return partition.topic().equals(topics.retry());
  }

  /** Settles what is in flight; what does not end in time is left to the new owner. */
  private void finish(Collection<TopicPartition> leaving) {
    Batch batch = inFlight;
    if (batch == null) {
      return;
    }
    if (batch.isDone(settings.finishTimeout())) {
      inFlight = null;
      settle(batch);
      return;
    }
    long before = batch.size();
    batch.forget(leaving);
    LOG.warn(
        "{} feedbacks were submitted, but have no outcome after {} s: they will be read again, and"
            + " may count twice",
        before - batch.size(),
        settings.finishTimeout().toSeconds());
    if (batch.size() == 0) {
      inFlight = null;
    }
  }

  private void settle(Batch batch) {
    boolean isOverwriting = client.capabilities().overwrites();
    boolean isThrough = false;
    Result trouble = null;
    Map<TopicPartition, OffsetAndMetadata> settled = new HashMap<>();
    for (var results : batch.results(settings.repeatUncertain()).entrySet()) {
      TopicPartition partition = results.getKey();
      List<Result> all = results.getValue();
      int end = isOverwriting ? firstKept(all) : endOfSettled(all);
      for (int i = 0; i < all.size(); i++) {
        Result result = all.get(i);
        if (result.isAnswered()) {
          isThrough = true;
        } else if (result.fate() != Fate.DEAD_LETTER
            && (trouble == null || result.fate() == Fate.STOPPED)) {
          trouble = result;
        }
        if (i < end) {
          settle(result);
        }
      }
      if (end > 0) {
        settled.put(partition, new OffsetAndMetadata(all.get(end - 1).record().offset() + 1));
      }
      if (end < all.size()) {
        consumer.seek(partition, all.get(end).record().offset());
        waiting.put(partition, System.currentTimeMillis() + settings.firstRest().toMillis());
      }
    }
    side.flush(); // before the commit: what is committed is not read again
    uncommitted.putAll(settled);
    commit();
    restAfter(isThrough, trouble);
  }

  /** What comes before the first that is to be repeated in its place. */
  private static int firstKept(List<Result> all) {
    int end = 0;
    while (end < all.size() && !isKept(all.get(end).fate())) {
      end++;
    }
    return end;
  }

  private static boolean isKept(Fate fate) {
    return fate == Fate.STOPPED || fate == Fate.RETRY || fate == Fate.PARKED;
  }

  /** What comes before those that, to the end of the batch, stay in their place. */
  private static int endOfSettled(List<Result> all) {
    int end = all.size();
    while (end > 0 && all.get(end - 1).fate() == Fate.STOPPED) {
      end--;
    }
    return end;
  }

  private void settle(Result result) {
    // What was stopped before another that was not: to stay, it would have to repeat the other.
    Fate fate = result.fate() == Fate.STOPPED ? Fate.RETRY : result.fate();
    if (fate != Fate.DELIVERED) {
      String topic =
          switch (fate) {
            case DEAD_LETTER -> topics.deadLetter();
            case PARKED -> topics.parked();
            default -> topics.retry();
          };
      side.move(topic, result.record(), Objects.requireNonNull(result.reason()));
    }
    counts.computeIfAbsent(fate, each -> new LongAdder()).increment();
  }

  /** One line when it begins, and one when it is over. */
  private void restAfter(boolean isThrough, @Nullable Result trouble) {
    if (isThrough) {
      if (rest.isOver()) {
        LOG.info("feedback gets through again");
      }
    } else if (trouble != null) {
      boolean isNew = !rest.isTrial();
      Duration length = rest.begin();
      if (isNew && trouble.fate() == Fate.STOPPED) {
        LOG.error(
            "no feedback gets through, and none will until this is corrected: consuming stops, and"
                + " one feedback tries again after {} s, then less often; {}",
            length.toSeconds(),
            String.valueOf(trouble.reason()));
      } else if (isNew) {
        LOG.warn(
            "no feedback of a batch got through; one tries again after {} s, then less often; the"
                + " first error: {}",
            length.toSeconds(),
            String.valueOf(trouble.reason()));
      }
    }
  }

  private void commit() {
    if (uncommitted.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(uncommitted);
      uncommitted.clear();
    } catch (RebalanceInProgressException | TimeoutException e) {
      // Committed with the next poll or batch, or when the partitions leave.
      LOG.debug("not committed yet: {}", e.toString());
    } catch (CommitFailedException e) {
      uncommitted.clear();
      LOG.warn("this member fell out of its group; what it delivered last may count twice", e);
    }
  }

  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (inFlight != null) {
        consumer.pause(partitions);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      finish(partitions);
      commit();
      leave(partitions);
    }

    /** They are another member's already: nothing can be committed. */
    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      Batch batch = inFlight;
      if (batch != null) {
        batch.forget(partitions);
        inFlight = batch.size() == 0 ? null : batch;
      }
      leave(partitions);
    }

    private void leave(Collection<TopicPartition> partitions) {
      waiting.keySet().removeAll(partitions);
      uncommitted.keySet().removeAll(partitions);
    }
  }

  /** How many records have had this fate at this member. */
  public long count(Fate fate) {
    LongAdder count = counts.get(fate);
    return count == null ? 0 : count.sum();
  }

  /**
   * Ends {@link #run} after the batch in flight, and waits for that. What has no outcome within
   * {@link ConsumerSettings#finishTimeout()} will be read again by another member.
   */
  @Override
  public void close() {
    closing.set(true);
    if (started.compareAndSet(false, true)) {
      consumer.close();
      side.close();
      ended.countDown();
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
