package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxFullException;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.Overflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What happens at the bound of a SQLite database. */
class RoomTest {
  private static final long BYTES = 300_000;

  private static List<NewEntry> some(Opened opened) {
    return IntStream.range(0, 50).mapToObj(i -> opened.entry("t" + i)).toList();
  }

  private static int fill(Opened opened) {
    int added = 0;
    try {
      while (true) {
        opened.store.add(Set.of("a"), some(opened));
        added += 50;
      }
    } catch (OutboxFullException e) {
      return added;
    }
  }

  private static LaneCounts counts(Opened opened) {
    return Objects.requireNonNull(opened.store.counts().get("a"));
  }

  @Test
  void whatWasDeliveredIsForgottenBeforeAnythingIsRefused() {
    try (Opened opened = new Opened(Database.SQLITE, b -> b.maxBytes(BYTES))) {
      int added = fill(opened);
      opened.store.settle(
          "a",
          opened.claim(added).entries().stream().map(c -> Opened.delivered(c.claim())).toList());
      opened.store.add(Set.of("a"), some(opened));
      assertThat(counts(opened).states())
          .containsEntry(EntryState.DELIVERED, (long) added)
          .containsEntry(EntryState.PENDING, 50L);
    }
  }

  @Test
  void theOldestPendingAreDroppedIfThatWasChosen() {
    try (Opened opened =
        new Opened(Database.SQLITE, b -> b.maxBytes(BYTES).whenFull(Overflow.dropOldest()))) {
      List<UUID> added = new ArrayList<>();
      List<UUID> dropped = new ArrayList<>();
      while (dropped.isEmpty()) {
        List<NewEntry> entries = some(opened);
        for (Change each : opened.store.add(Set.of("a"), entries)) {
          assertThat(each.state()).isEqualTo(EntryState.DROPPED);
          assertThat(each.reason()).isEqualTo(Fate.Reason.FULL);
          dropped.add(each.id());
        }
        entries.forEach(each -> added.add(each.id()));
      }
      assertThat(dropped).isEqualTo(added.subList(0, dropped.size()));
      assertThat(opened.store.list("a", Set.of(EntryState.PENDING), 0, 10_000))
          .extracting(OutboxEntry::id)
          .isEqualTo(added.subList(dropped.size(), added.size()));
      assertThat(counts(opened).dropped()).containsEntry(Fate.Reason.FULL, (long) dropped.size());
    }
  }

  @Test
  void nothingIsDroppedInVain() {
    try (Opened opened =
        new Opened(Database.SQLITE, b -> b.maxBytes(BYTES).whenFull(Overflow.dropOldest()))) {
      UUID claimed = opened.add("claimed");
      opened.claimOne();
      UUID pending = opened.add("pending");
      List<NewEntry> tooMany =
          IntStream.range(0, 2_000).mapToObj(i -> opened.entry("t" + i)).toList();
      assertThatThrownBy(() -> opened.store.add(Set.of("a"), tooMany))
          .isInstanceOf(OutboxFullException.class)
          .hasMessageContaining("would not fit");
      assertThat(opened.state(claimed)).isEqualTo(EntryState.CLAIMED);
      assertThat(opened.state(pending)).isEqualTo(EntryState.PENDING);
    }
  }

  @Test
  void aCallerWaitsForRoomIfThatWasChosen() throws Exception {
    try (Opened opened = new Opened(Database.SQLITE, b -> b.maxBytes(BYTES))) {
      int added = fill(opened);
      JdbcOutboxStore patient =
          opened.another(b -> b.maxBytes(BYTES).whenFull(Overflow.waitUpTo(Duration.ofHours(1))));
      List<NewEntry> more = some(opened);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<?> call = thread.submit(() -> patient.add(Set.of("a"), more));
      opened.store.settle(
          "a",
          opened.claim(added).entries().stream().map(c -> Opened.delivered(c.claim())).toList());
      call.get();
      assertThat(opened.state(more.get(0).id())).isEqualTo(EntryState.PENDING);
      thread.shutdown();
    }
  }

  @Test
  void aCallerThatWaitedInVainIsRefused() throws Exception {
    try (Opened opened =
        new Opened(
            Database.SQLITE,
            b -> b.maxBytes(BYTES).whenFull(Overflow.waitUpTo(Duration.ofMillis(1))))) {
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<Integer> filled = thread.submit(() -> fill(opened));
      while (!filled.isDone()) {
        opened.millis.incrementAndGet();
        Thread.onSpinWait();
      }
      assertThat(filled.get()).isPositive();
      thread.shutdown();
    }
  }

  @Test
  void postgresqlIsNotBounded() {
    JdbcOutboxStore store = JdbcOutboxStore.builder(Databases.postgres()).maxBytes(1 << 20).build();
    assertThatThrownBy(() -> store.open(Set.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxBytes and whenFull are for SQLite");
  }
}
