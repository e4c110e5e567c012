package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bounds of a store in memory, which has room for three entries in each of two lanes. */
class MemoryOutboxStoreTest {
  private static final Set<String> LANES = Set.of("a", "b");
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final int SIZE = EntrySize.of(feedback(10_000));

  /** How an entry is added. */
  enum Way {
    SINGLE {
      @Override
      List<Change> add(OutboxStore store, NewEntry entry) {
        return store.add(LANES, entry);
      }
    },
    LIST {
      @Override
      List<Change> add(OutboxStore store, NewEntry entry) {
        return store.add(LANES, List.of(entry));
      }
    };

    abstract List<Change> add(OutboxStore store, NewEntry entry);
  }

  private static Feedback feedback(int length) {
    return Feedback.on("t").comment("x".repeat(length)).build();
  }

  /** Each a millisecond younger than the one before it. */
  private static NewEntry entry(int length) {
    long number = NUMBERS.getAndIncrement();
    UUID id = new UUID(number << 16 | 0x7000, Long.MIN_VALUE);
    return new NewEntry(id, feedback(length));
  }

  private static MemoryOutboxStore threeOfABytesBound(Overflow whenFull) {
    return opened(MemoryOutboxStore.builder().maxBytes(6L * SIZE).whenFull(whenFull));
  }

  private static MemoryOutboxStore opened(MemoryOutboxStore.Builder builder) {
    MemoryOutboxStore store = builder.build();
    store.open(LANES);
    return store;
  }

  private static long pending(OutboxStore store, String lane) {
    return Objects.requireNonNull(store.counts().get(lane))
        .states()
        .getOrDefault(EntryState.PENDING, 0L);
  }

  private static void deliverOne(OutboxStore store, String lane) {
    Claimed claimed = store.claim(lane, 1, 1, Duration.ofHours(1)).entries().get(0);
    Settlement delivered =
        new Settlement(claimed.claim(), EntryState.DELIVERED, null, null, 1, Duration.ZERO);
    assertThat(store.settle(lane, List.of(delivered))).containsExactly(true);
  }

  @ParameterizedTest
  @EnumSource
  void itRefusesWhatIsBeyondItsBytesInAllLanesTogether(Way way) {
    try (MemoryOutboxStore store = threeOfABytesBound(Overflow.refuse())) {
      for (int i = 0; i < 3; i++) {
        assertThat(way.add(store, entry(10_000))).isEmpty();
      }
      deliverOne(store, "a");
      assertThatThrownBy(() -> way.add(store, entry(10_000)))
          .isInstanceOf(OutboxFullException.class)
          .hasMessageContaining("5 entries (%d bytes) of at most".formatted(5 * SIZE))
          .hasMessageContaining("nothing was stored")
          .hasMessageContaining("maxBytes");
      assertThat(pending(store, "a")).isEqualTo(2);
      assertThat(pending(store, "b")).isEqualTo(3);

      deliverOne(store, "b");
      assertThat(way.add(store, entry(10_000))).isEmpty();
      assertThat(pending(store, "b")).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void itDropsAsManyOfTheOldestAsHaveTheBytes(Way way) {
    try (MemoryOutboxStore store = threeOfABytesBound(Overflow.dropOldest())) {
      NewEntry first = entry(10_000);
      NewEntry second = entry(10_000);
      way.add(store, first);
      way.add(store, second);
      way.add(store, entry(10_000));

      List<Change> dropped = way.add(store, entry(18_000)); // nearly two of the others

      assertThat(dropped)
          .extracting(Change::id)
          .containsExactlyInAnyOrder(first.id(), first.id(), second.id(), second.id());
      assertThat(dropped)
          .allMatch(
              each -> each.state() == EntryState.DROPPED && each.reason() == Fate.Reason.FULL);
      assertThat(pending(store, "a")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWouldNotFitIntoAnEmptyOneDropsNothing(Way way) {
    try (MemoryOutboxStore store = threeOfABytesBound(Overflow.dropOldest())) {
      way.add(store, entry(10_000));
      assertThatThrownBy(() -> way.add(store, entry(40_000)))
          .isInstanceOf(OutboxFullException.class)
          .hasMessageContaining("would not fit into an empty one");
      assertThat(pending(store, "a")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsPendingIsNotDroppedIfThatWouldNotDo(Way way) {
    try (MemoryOutboxStore store = threeOfABytesBound(Overflow.dropOldest())) {
      for (int i = 0; i < 3; i++) {
        way.add(store, entry(10_000));
      }
      for (String lane : LANES) {
        store.claim(lane, 1, 1, Duration.ofHours(1));
      }
      assertThatThrownBy(() -> way.add(store, entry(29_000)))
          .isInstanceOf(OutboxFullException.class)
          .hasMessageContaining("too little to make room");
      assertThat(pending(store, "a")).isEqualTo(2);
      assertThat(pending(store, "b")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void itIsAlsoBoundedByItsNumberOfEntries(Way way) {
    try (MemoryOutboxStore store = opened(MemoryOutboxStore.builder().maxEntries(6))) {
      for (int i = 0; i < 3; i++) {
        way.add(store, entry(1));
      }
      assertThatThrownBy(() -> way.add(store, entry(1)))
          .isInstanceOf(OutboxFullException.class)
          .hasMessageContaining("6 entries");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsForBytesGetsInWhenTheyAreFree(Way way) {
    try (MemoryOutboxStore store = threeOfABytesBound(Overflow.waitUpTo(Duration.ofMinutes(5)))) {
      for (int i = 0; i < 3; i++) {
        way.add(store, entry(10_000));
      }
      CompletableFuture<Thread> begun = new CompletableFuture<>();
      CompletableFuture<List<Change>> added =
          CompletableFuture.supplyAsync(
              () -> {
                begun.complete(Thread.currentThread());
                return way.add(store, entry(10_000));
              },
              task -> new Thread(task).start());
      Thread adder = begun.join();
      Await.isTrue("it waits", () -> adder.getState() == Thread.State.WAITING);
      deliverOne(store, "a");
      assertThat(added).isNotDone();
      deliverOne(store, "b");
      assertThat(added.join()).isEmpty();
      assertThat(pending(store, "a")).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsClosedTakesNothing(Way way) {
    MemoryOutboxStore store = threeOfABytesBound(Overflow.refuse());
    store.close();
    assertThatThrownBy(() -> way.add(store, entry(1)))
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("closed; nothing was stored");
  }
}
