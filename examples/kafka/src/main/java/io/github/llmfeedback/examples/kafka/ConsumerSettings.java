package io.github.llmfeedback.examples.kafka;

import java.time.Duration;
import java.util.Map;

/**
 * How a {@link FeedbackConsumer} behaves.
 *
 * @param repeatUncertain whether a feedback that may have been stored goes to the retry topic, and
 *     may count twice; if not, it is parked, for a person to decide. Without effect at a provider
 *     that overwrites
 * @param maxBatch how many records are submitted together at most: so many may count twice when a
 *     member is killed
 * @param retryDelay how long a record stays in the retry topic at least
 * @param firstRest how long nothing is submitted after a batch of which nothing got through; doubles
 *     each time
 * @param longestRest the longest such time
 * @param finishTimeout how long a rebalance or {@link FeedbackConsumer#close()} waits for the batch
 *     in flight; with the commit, well below Kafka's {@code max.poll.interval.ms}
 * @param member more of Kafka's consumer settings, such as {@code session.timeout.ms}
 */
public record ConsumerSettings(
    boolean repeatUncertain,
    int maxBatch,
    Duration retryDelay,
    Duration firstRest,
    Duration longestRest,
    Duration finishTimeout,
    Map<String, Object> member) {

  /** Copies what could be changed. */
  public ConsumerSettings {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("maxBatch must be positive, but is " + maxBatch);
    }
    member = Map.copyOf(member);
  }

  /** Parks what is uncertain; batches of 500, a minute in the retry topic, rests of 1 to 60 s. */
  public static ConsumerSettings defaults() {
    return new ConsumerSettings(
        false,
        500,
        Duration.ofMinutes(1),
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(20),
        Map.of());
  }

  /** These settings, with another treatment of what may have been stored. */
  public ConsumerSettings repeatUncertain(boolean repeatUncertain) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, firstRest, longestRest, finishTimeout, member);
  }

  /** These settings, with batches of at most this many records. */
  public ConsumerSettings maxBatch(int maxBatch) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, firstRest, longestRest, finishTimeout, member);
  }

  /** These settings, with another time in the retry topic. */
  public ConsumerSettings retryDelay(Duration retryDelay) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, firstRest, longestRest, finishTimeout, member);
  }

  /** These settings, with other rests after a batch of which nothing got through. */
  public ConsumerSettings rest(Duration first, Duration longest) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, first, longest, finishTimeout, member);
  }

  /** These settings, with another wait for the batch in flight. */
  public ConsumerSettings finishTimeout(Duration finishTimeout) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, firstRest, longestRest, finishTimeout, member);
  }

  /** These settings, with these of Kafka's consumer settings. */
  public ConsumerSettings member(Map<String, Object> member) {
    return new ConsumerSettings(
        repeatUncertain, maxBatch, retryDelay, firstRest, longestRest, finishTimeout, member);
  }
}
