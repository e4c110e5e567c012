package io.github.llmfeedback.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the lanes of an outbox deliver.
 *
 * @param batchSize how many entries a lane claims at a time
 * @param concurrency how many such batches a lane has in flight
 * @param lease how long a claim holds unless it is renewed
 * @param pollInterval how often a lane looks for entries that others added or left
 * @param firstBackoff how long a lane waits after its first failure
 * @param maxBackoff how long it waits at most
 * @param maxAge how long an entry may be pending; null if for ever
 * @param keepFinal how long entries are kept that are delivered, superseded or dropped
 * @param keepFailed how long entries are kept that are parked or rejected
 */
record LaneSettings(
    int batchSize,
    int concurrency,
    Duration lease,
    Duration pollInterval,
    Duration firstBackoff,
    Duration maxBackoff,
    @Nullable Duration maxAge,
    Duration keepFinal,
    Duration keepFailed) {
  /** How many entries on one target a claim takes: they are sent one after the other. */
  static final int PER_TARGET = 20;
}
