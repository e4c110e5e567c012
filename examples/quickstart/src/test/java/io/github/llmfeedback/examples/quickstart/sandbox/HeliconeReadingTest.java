package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.helicone.HeliconeQuery;
import io.github.llmfeedback.helicone.HeliconeRatedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Ratings are read back while they change: what matched from beginning to end comes exactly once,
 * nothing comes twice, and nothing that never matched.
 *
 * <p>{@code -Dreading.rounds=5000} reads more often, {@code -Dreading.seed=17 -Dreading.rounds=1}
 * repeats one reading.
 */
class HeliconeReadingTest {
  private static final int ROUNDS =
      Integer.getInteger("reading.rounds", Boolean.getBoolean("feedback.tests.full") ? 1_000 : 100);
  private static final long FIRST_SEED =
      Long.getLong("reading.seed", new Random().nextInt(1_000_000_000));
  private static final int SHOWN = 10;

  @Test
  void aReadingMissesNothingAndRepeatsNothingWhileRatingsChange() {
    List<String> wrong =
        LongStream.range(FIRST_SEED, FIRST_SEED + ROUNDS)
            .mapToObj(HeliconeReadingTest::faults)
            .flatMap(List::stream)
            .toList();

    assertThat(wrong.stream().limit(SHOWN).toList())
        .as(
            "%d faults in %d readings; -Dreading.rounds=1 -Dreading.seed=n repeats one",
            wrong.size(), ROUNDS)
        .isEmpty();
  }

  /** One reading; each fault begins with its seed. */
  private static List<String> faults(long seed) {
    // Neighbouring seeds of Random itself begin alike.
    Random random = new Random(new SplittableRandom(seed).nextLong());
    ManualClock clock = new ManualClock();
    try (Sandbox sandbox = new Sandbox(Duration.ZERO, clock);
        HeliconeFeedbackClient client =
            HeliconeFeedbackClient.builder(sandbox.heliconeKey())
                .baseUrl(sandbox.heliconeBaseUrl())
                .build()) {
      ChangingHelicone helicone = new ChangingHelicone(sandbox.helicone(), clock, random);
      Reading reading = Reading.random(random, helicone);
      List<String> faults = reading.faults(client, helicone);
      return faults.stream()
          .map(fault -> "seed %d: %s (%s; %s)".formatted(seed, fault, reading, helicone))
          .toList();
    }
  }

  /** How the requests are read. */
  private record Reading(
      Wanted wanted, boolean oldestFirst, int pageSize, long limit, long offset) {
    static Reading random(Random random, ChangingHelicone helicone) {
      int bound = helicone.requests() + 5;
      return new Reading(
          helicone.wanted(),
          random.nextBoolean(),
          random.nextInt(5) == 0 ? 100 : 1 + random.nextInt(50),
          random.nextInt(3) == 0 ? random.nextInt(bound) : Long.MAX_VALUE,
          random.nextInt(4) == 0 ? random.nextInt(bound) : 0);
    }

    List<String> faults(HeliconeFeedbackClient client, ChangingHelicone helicone) {
      List<UUID> read;
      try {
        read =
            client
                .query(query())
                .map(HeliconeRatedRequest::requestId)
                .map(UUID::fromString)
                .toList();
      } catch (FeedbackException failure) {
        return List.of(failure.toString());
      }
      List<String> faults = new ArrayList<>();
      Set<UUID> once = new HashSet<>();
      note(faults, "twice", read.stream().filter(id -> !once.add(id)).toList());
      note(
          faults,
          "never matched",
          read.stream().filter(id -> !helicone.ever().contains(id)).toList());
      note(faults, "missing", missing(read, helicone));
      if (!isInOrder(read, helicone)) {
        faults.add("out of order");
      }
      if (read.size() > limit) {
        faults.add("more than the limit: " + read.size());
      }
      if (!read.isEmpty() && read.size() + offset > helicone.ever().size()) {
        faults.add("skipped fewer than the offset");
      }
      return faults;
    }

    private HeliconeQuery query() {
      HeliconeQuery query = HeliconeQuery.where(wanted.filter()).pageSize(pageSize).offset(offset);
      query = oldestFirst ? query.oldestFirst() : query.newestFirst();
      return limit == Long.MAX_VALUE ? query : query.limit(limit);
    }

    /** What the offset skips is at the beginning, and what the limit leaves out at the end. */
    private List<UUID> missing(List<UUID> read, ChangingHelicone helicone) {
      List<Instant> times = alwaysRead(read, helicone);
      List<UUID> missing = new ArrayList<>();
      List<UUID> skipped = new ArrayList<>();
      for (UUID id : helicone.always()) {
        Instant time = helicone.createdAt(id);
        boolean behindTheLimit =
            read.size() >= limit
                && (times.isEmpty() || !isBefore(time, times.get(times.size() - 1)));
        if (!read.contains(id) && !behindTheLimit) {
          boolean atTheBeginning = times.isEmpty() || !isBefore(times.get(0), time);
          (atTheBeginning ? skipped : missing).add(id);
        }
      }
      if (skipped.size() > offset) {
        missing.addAll(skipped);
      }
      return missing;
    }

    /** What appears meanwhile may come late, but not what was there. */
    private boolean isInOrder(List<UUID> read, ChangingHelicone helicone) {
      List<Instant> times = alwaysRead(read, helicone);
      return IntStream.range(1, times.size())
          .noneMatch(n -> isBefore(times.get(n), times.get(n - 1)));
    }

    private static List<Instant> alwaysRead(List<UUID> read, ChangingHelicone helicone) {
      Set<UUID> always = helicone.always();
      return read.stream().filter(always::contains).map(helicone::createdAt).toList();
    }

    private boolean isBefore(Instant one, Instant other) {
      return oldestFirst ? one.isBefore(other) : other.isBefore(one);
    }

    private static void note(List<String> faults, String fault, List<UUID> ids) {
      if (!ids.isEmpty()) {
        faults.add(ids.size() + " " + fault + ", such as " + Collections.min(ids));
      }
    }

    @Override
    public String toString() {
      return "%s, %s first, pages of %d, limit %s, offset %d"
          .formatted(
              wanted.name(),
              oldestFirst ? "oldest" : "newest",
              pageSize,
              limit == Long.MAX_VALUE ? "none" : limit,
              offset);
    }
  }
}
