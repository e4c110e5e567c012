package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several stores in one database, as those of several processes. */
class SharedDatabaseTest {
  @ParameterizedTest
  @EnumSource(Database.class)
  void noEntryAndNoTargetIsClaimedByTwo(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      List<NewEntry> entries =
          IntStream.range(0, 600).mapToObj(i -> opened.entry("t" + i % 40)).toList();
      opened.store.add(Set.of("a"), entries);
      List<JdbcOutboxStore> stores =
          List.of(opened.store, opened.another(builder -> builder), opened.another(b -> b));
      Set<Target> held = ConcurrentHashMap.newKeySet();
      Map<UUID, Boolean> seen = new ConcurrentHashMap<>();
      Map<Target, List<UUID>> order = new ConcurrentHashMap<>();
      ExecutorService threads = Executors.newFixedThreadPool(stores.size());
      List<Future<?>> works = new ArrayList<>();
      for (JdbcOutboxStore store : stores) {
        works.add(
            threads.submit(
                () -> {
                  while (store.hasOpen("a")) {
                    deliver(store, held, seen, order);
                  }
                }));
      }
      for (Future<?> work : works) {
        work.get();
      }
      threads.shutdown();
      assertThat(seen).hasSize(entries.size());
      for (List<UUID> ids : order.values()) {
        List<UUID> added =
            entries.stream().map(NewEntry::id).filter(new HashSet<>(ids)::contains).toList();
        assertThat(ids).isEqualTo(added);
      }
    }
  }

  private static void deliver(
      JdbcOutboxStore store,
      Set<Target> held,
      Map<UUID, Boolean> seen,
      Map<Target, List<UUID>> order) {
    Claims claims = store.claim("a", 20, 3, Opened.LEASE);
    Set<Target> targets = new HashSet<>();
    List<Settlement> settlements = new ArrayList<>();
    for (Claimed each : claims.entries()) {
      Target target = each.feedback().target();
      if (targets.add(target)) {
        assertThat(held.add(target)).as("nobody else has the target").isTrue();
      }
      assertThat(seen.put(each.claim().id(), true)).as("nobody else had the entry").isNull();
      order.computeIfAbsent(target, t -> new ArrayList<>()).add(each.claim().id());
      settlements.add(Opened.delivered(each.claim()));
    }
    held.removeAll(targets);
    assertThat(store.settle("a", settlements)).doesNotContain(false);
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void countsAddUpWhateverOthersDoMeanwhile(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      opened.store.add(
          Set.of("a"), IntStream.range(0, 500).mapToObj(i -> opened.entry("t" + i)).toList());
      JdbcOutboxStore other = opened.another(builder -> builder);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<?> work =
          thread.submit(
              () -> {
                while (other.hasOpen("a")) {
                  other.settle(
                      "a",
                      other.claim("a", 10, 1, Opened.LEASE).entries().stream()
                          .map(each -> Opened.delivered(each.claim()))
                          .toList());
                  other.rollUp(java.time.Duration.ZERO, java.time.Duration.ZERO);
                }
              });
      int looks = 0;
      while (!work.isDone() || looks == 0) {
        Map<EntryState, Long> states =
            Objects.requireNonNull(opened.store.counts().get("a")).states();
        assertThat(states.values().stream().mapToLong(each -> each).sum()).isEqualTo(500);
        looks++;
      }
      work.get();
      thread.shutdown();
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void severalCreateTheTablesAtOnce(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      CyclicBarrier start = new CyclicBarrier(3);
      ExecutorService threads = Executors.newFixedThreadPool(3);
      for (int round = 0; round < 4; round++) {
        String prefix = "at_once_" + round + "_";
        List<Future<?>> works = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          works.add(
              threads.submit(
                  () -> {
                    start.await();
                    return opened.another(builder -> builder.tables(prefix));
                  }));
        }
        for (Future<?> work : works) {
          work.get();
        }
        assertThat(opened.query("SELECT count(*) FROM " + prefix + "meta")).containsExactly("1");
      }
      threads.shutdown();
    }
  }
}
