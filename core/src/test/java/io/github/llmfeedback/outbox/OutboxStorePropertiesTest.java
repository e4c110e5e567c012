package io.github.llmfeedback.outbox;

import io.github.llmfeedback.engine.ManualTime;
import io.github.llmfeedback.outbox.jdbc.Database;
import io.github.llmfeedback.outbox.jdbc.JdbcTestedStore;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every store does as {@link OutboxStoreModel} does, whatever is done with it, in any order. */
class OutboxStorePropertiesTest {
  private static final int ROUNDS = StoreStep.IS_FULL ? 20 : 2;
  private static final Set<String> LANES = Set.copyOf(StoreHistory.LANES);
  private static final Map<Database, JdbcTestedStore> KEPT = new EnumMap<>(Database.class);

  @AfterContainer
  static void closeDatabases() {
    KEPT.values().forEach(JdbcTestedStore::close);
    KEPT.clear();
  }

  @Provide
  Arbitrary<List<StoreStep>> histories() {
    return StoreStep.histories();
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theMemoryStoreDoesAsTheModelDoes(@ForAll("histories") List<StoreStep> steps) {
    try (TestedStore memory = new InMemory()) {
      live(memory, steps);
    }
  }

  @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
  void theStoreInSqliteDoesAsTheModelDoes(@ForAll("histories") List<StoreStep> steps) {
    live(kept(Database.SQLITE), steps);
  }

  @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
  void theStoreInPostgresDoesAsTheModelDoes(@ForAll("histories") List<StoreStep> steps) {
    live(kept(Database.POSTGRESQL), steps);
  }

  private static JdbcTestedStore kept(Database database) {
    return KEPT.computeIfAbsent(database, each -> new JdbcTestedStore(each, LANES, false))
        .emptied();
  }

  private static void live(TestedStore tested, List<StoreStep> steps) {
    StoreHistory history = new StoreHistory(tested);
    steps.forEach(history::take);
    history.end();
  }

  @Test
  void theMemoryStoreKeepsAllThatSeveralThreadsDo() throws Exception {
    for (int round = 0; round < ROUNDS * 20; round++) {
      try (OutboxStore store = OutboxStore.memory()) {
        store.open(LANES);
        useByThreads(List.of(store), round);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDatabaseKeepsAllThatThreadsOfTwoStoresDo(Database database) throws Exception {
    try (JdbcTestedStore tested = new JdbcTestedStore(database, LANES, true)) {
      for (int round = 0; round < ROUNDS; round++) {
        useByThreads(List.of(tested.store(), tested.another()), round);
        tested.emptied();
      }
    }
  }

  private static void useByThreads(List<OutboxStore> stores, int round) throws Exception {
    new ConcurrentStoreUse(stores, StoreHistory.LANES.get(0), true).run(round);
    new ConcurrentStoreUse(stores, StoreHistory.LANES.get(1), false).run(round);
  }

  private static final class InMemory implements TestedStore {
    private final ManualTime time = new ManualTime();
    private final OutboxStore store = MemoryOutboxStore.builder().time(time).build();

    InMemory() {
      store.open(LANES);
    }

    @Override
    public OutboxStore store() {
      return store;
    }

    @Override
    public OutboxStore another() {
      return store;
    }

    @Override
    public Instant now() {
      time.advance(Duration.ofMillis(1));
      return time.now();
    }

    @Override
    public void pass(Duration passing) {
      time.advance(passing);
    }

    @Override
    public boolean keepsFinal() {
      return false;
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
