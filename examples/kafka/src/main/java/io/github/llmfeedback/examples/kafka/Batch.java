package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.json.FeedbackJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Records that are submitted together. Not thread-safe. */
final class Batch {
  private static final FeedbackJson JSON = FeedbackJson.strict();

  private final List<Entry> entries = new ArrayList<>();
  private final List<Feedback> feedbacks = new ArrayList<>();
  private final Set<TopicPartition> forgotten = new HashSet<>();
  private final CompletableFuture<List<Outcome>> outcomes;

  /** A record, and its place among the feedbacks; or why it is not one. */
  private record Entry(
      ConsumerRecord<byte[], byte[]> record, int index, @Nullable Exception fault) {
    TopicPartition partition() {
      return new TopicPartition(record.topic(), record.partition());
    }
  }

  /**
   * What has become of a record.
   *
   * @param reason why it was not delivered
   */
  record Result(ConsumerRecord<byte[], byte[]> record, Fate fate, @Nullable Exception reason) {
    /** Whether the provider has judged this feedback: it is there, and lets this client in. */
    boolean isAnswered() {
      return fate == Fate.DELIVERED
          || (fate == Fate.DEAD_LETTER && reason instanceof RejectedFeedbackException);
    }
  }

  /** Begins to submit what these records contain. */
  Batch(List<ConsumerRecord<byte[], byte[]>> records, FeedbackClient client) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        feedbacks.add(read(record.value()));
        entries.add(new Entry(record, feedbacks.size() - 1, null));
      } catch (InvalidFeedbackException e) {
        entries.add(new Entry(record, -1, e));
      }
    }
    outcomes = client.submitAllAsync(feedbacks);
  }

  private static Feedback read(byte @Nullable [] value) {
    if (value == null) {
      throw new InvalidFeedbackException("feedback", "feedback: must not be null");
    }
    return JSON.feedback(new String(value, StandardCharsets.UTF_8));
  }

  /** Waits at most this long; returns whether there is an outcome for each. */
  boolean isDone(Duration timeout) {
    try {
      outcomes.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the client broke its promise of outcomes", e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** These partitions are another member's now, which will read their records again. */
  void forget(Collection<TopicPartition> partitions) {
    forgotten.addAll(partitions);
  }

  /** How many records are not forgotten. */
  long size() {
    return entries.stream().filter(entry -> !forgotten.contains(entry.partition())).count();
  }

  /** What has become of the records that are not forgotten, in order; only once it is done. */
  Map<TopicPartition, List<Result>> results(boolean repeatUncertain) {
    List<Outcome> all = outcomes.join();
    Map<TopicPartition, List<Result>> results = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (!forgotten.contains(entry.partition())) {
        results
            .computeIfAbsent(entry.partition(), partition -> new ArrayList<>())
            .add(
                entry.fault() == null
                    ? result(entry.record(), all.get(entry.index()), repeatUncertain)
                    : new Result(entry.record(), Fate.DEAD_LETTER, entry.fault()));
      }
    }
    return results;
  }

  private static Result result(
      ConsumerRecord<byte[], byte[]> record, Outcome outcome, boolean repeatUncertain) {
    return outcome
        .error()
        .map(error -> new Result(record, Fate.of(error, repeatUncertain), error))
        .orElseGet(() -> new Result(record, Fate.DELIVERED, null));
  }
}
