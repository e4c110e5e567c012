package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** Claims the first 500 of so many pending entries, and releases them: one call for each. */
class Claiming implements Workload {
  private static final String LANE = "portkey";
  private static final int CLAIM = 500;
  private static final int COMMIT = 5_000;

  private final OutboxStore store;

  private Claiming(OutboxStore store, int rows) {
    this.store = store;
    store.open(Set.of(LANE));
    for (int i = 0; i < rows; i += COMMIT) {
      var unused = store.add(Set.of(LANE), entries(i));
    }
  }

  private static List<NewEntry> entries(int from) {
    return IntStream.range(from, from + COMMIT)
        .mapToObj(i -> new NewEntry(UUID.randomUUID(), Samples.feedback("trace-" + i)))
        .toList();
  }

  @Override
  public int callsPerRun() {
    return CLAIM;
  }

  @Override
  public void run() {
    Claims claims = store.claim(LANE, CLAIM, 20, Duration.ofMinutes(1));
    if (claims.entries().size() != CLAIM) {
      throw new IllegalStateException("claimed " + claims.entries().size());
    }
    List<Settlement> released =
        claims.entries().stream()
            .map(
                each ->
                    new Settlement(
                        each.claim(), EntryState.PENDING, null, null, 0, Duration.ZERO))
            .toList();
    var unused = store.settle(LANE, released);
  }

  /** In SQLite. */
  static final class Sqlite extends Claiming {
    Sqlite(String url, int rows) throws IOException {
      super(Stores.sqlite(), rows);
    }
  }

  /** In PostgreSQL. */
  static final class Postgres extends Claiming {
    Postgres(String url, int rows) {
      super(Stores.postgres(url, "claiming_" + rows + "_", 1), rows);
    }
  }
}
