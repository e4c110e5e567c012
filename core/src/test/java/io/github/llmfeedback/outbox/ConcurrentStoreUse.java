package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several threads that do with a lane what they like. What was added, and what was written of it,
 * is known, and must add up.
 *
 * <p>In an orderly lane each claim is settled while it is held, so that nothing may be delivered
 * out of order; in another, leases run out at once, and fates come late.
 */
final class ConcurrentStoreUse {
  private static final int THREADS = 4;
  private static final int TURNS = 25;

  private final List<OutboxStore> stores;
  private final String lane;
  private final boolean isOrderly;

  private final Map<UUID, Added> added = new ConcurrentHashMap<>();
  private final AtomicLong addsBegun = new AtomicLong();
  private final AtomicLong addsEnded = new AtomicLong();

  /** What was handed to a provider, in this order. */
  private final Queue<UUID> handedOver = new ConcurrentLinkedQueue<>();

  /** What the store wrote of an entry, and will not write again. */
  private final Queue<UUID> delivered = new ConcurrentLinkedQueue<>();

  private final Queue<UUID> superseded = new ConcurrentLinkedQueue<>();
  private final Queue<UUID> retried = new ConcurrentLinkedQueue<>();
  private final Map<Target, Thread> held = new ConcurrentHashMap<>();

  ConcurrentStoreUse(List<OutboxStore> stores, String lane, boolean isOrderly) {
    this.stores = stores;
    this.lane = lane;
    this.isOrderly = isOrderly;
  }

  /** An entry, and when the call that added it began and ended, and its place in that call. */
  private record Added(Feedback feedback, long began, long ended, int place) {
    /** Whether it must be delivered after this one. */
    boolean isAfter(Added other) {
      return began == other.began ? place > other.place : began - other.ended > 0;
    }
  }

  /** Has them all run, and the rest delivered; then all must have been kept. */
  void run(long seed) throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed * THREADS + i);
        OutboxStore store = stores.get(i % stores.size());
        running.add(threads.submit(() -> live(store, random)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
    deliverTheRest(stores.get(0));
    stores.forEach(this::conserves);
    deliversInOrder();
  }

  private void live(OutboxStore store, Random random) {
    for (int i = 0; i < TURNS; i++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> add(store, random);
        case 3, 4, 5, 6 -> deliver(store, random);
        case 7 -> retry(store, random);
        case 8 -> endLeases(store, random);
        default -> countsAllAtAnyTime(store);
      }
    }
  }

  private void add(OutboxStore store, Random random) {
    List<NewEntry> entries = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      UUID id = StoreHistory.id(Instant.now(), random.nextInt(1 << 30));
      Target target = StoreHistory.TARGETS.get(random.nextInt(3));
      entries.add(new NewEntry(id, Feedback.on(target).thumbsUp().comment("" + id).build()));
    }
    addsBegun.addAndGet(entries.size());
    long began = System.nanoTime();
    if (entries.size() == 1) {
      store.add(Set.of(lane), entries.get(0));
    } else {
      store.add(Set.of(lane), entries);
    }
    long ended = System.nanoTime();
    addsEnded.addAndGet(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      NewEntry entry = entries.get(i);
      added.put(entry.id(), new Added(entry.feedback(), began, ended, i));
    }
  }

  private void deliver(OutboxStore store, Random random) {
    boolean isLate = !isOrderly && random.nextBoolean();
    Duration lease = isLate ? Duration.ZERO : Duration.ofHours(1);
    List<Claimed> claimed =
        store.claim(lane, 1 + random.nextInt(6), 1 + random.nextInt(3), lease).entries();
    List<Settlement> settlements = new ArrayList<>();
    Set<Target> targets = new HashSet<>();
    Set<Target> released = new HashSet<>();
    for (Claimed each : claimed) {
      Target target = each.feedback().target();
      if (targets.add(target) && isOrderly) {
        assertThat(held.put(target, Thread.currentThread())).as("claims %s, too", target).isNull();
      }
      EntryState state = released.contains(target) ? EntryState.PENDING : state(random);
      if (state == EntryState.PENDING) {
        released.add(target);
      } else if (state == EntryState.DELIVERED) {
        handedOver.add(each.claim().id());
      }
      settlements.add(settlement(each, state));
    }
    if (isLate) {
      endLeases(store, random);
    }
    targets.forEach(held::remove);
    settle(store, settlements);
  }

  private static EntryState state(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> EntryState.PARKED;
      case 1 -> EntryState.REJECTED;
      case 2 -> EntryState.SUPERSEDED;
      case 3, 4 -> EntryState.PENDING;
      default -> EntryState.DELIVERED;
    };
  }

  private static Settlement settlement(Claimed claimed, EntryState state) {
    Fate.Reason reason =
        switch (state) {
          case PARKED -> Fate.Reason.UNCERTAIN;
          case REJECTED -> Fate.Reason.REFUSED;
          default -> null;
        };
    return new Settlement(
        claimed.claim(), state, reason, null, claimed.attempts() + 1, Duration.ZERO);
  }

  private void settle(OutboxStore store, List<Settlement> settlements) {
    List<Boolean> written = store.settle(lane, settlements);
    assertThat(written).hasSameSizeAs(settlements);
    if (isOrderly) {
      assertThat(written).as("claims that are held are settled").doesNotContain(false);
    }
    for (int i = 0; i < written.size(); i++) {
      UUID id = settlements.get(i).claim().id();
      EntryState state = settlements.get(i).state();
      if (written.get(i) && state == EntryState.DELIVERED) {
        delivered.add(id);
      } else if (written.get(i) && state == EntryState.SUPERSEDED) {
        superseded.add(id);
      }
    }
  }

  private void retry(OutboxStore store, Random random) {
    List<OutboxEntry> failed =
        store.list(lane, Set.of(EntryState.PARKED, EntryState.REJECTED), 0, 10);
    if (!failed.isEmpty()) {
      UUID id = failed.get(random.nextInt(failed.size())).id();
      if (store.retry(lane, id)) {
        retried.add(id);
      }
    }
  }

  private void endLeases(OutboxStore store, Random random) {
    List<OutboxStore.Change> parked = store.endLeases(lane, random.nextBoolean());
    if (isOrderly) {
      assertThat(parked).isEmpty();
    }
  }

  private void countsAllAtAnyTime(OutboxStore store) {
    long atLeast = addsEnded.get();
    long counted = counted(store);
    assertThat(counted).isBetween(atLeast, addsBegun.get());
  }

  private long counted(OutboxStore store) {
    LaneCounts counts = store.counts().get(lane);
    return counts == null ? 0 : counts.states().values().stream().mapToLong(Long::longValue).sum();
  }

  private void deliverTheRest(OutboxStore store) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (store.hasOpen(lane)) {
      assertThat(System.nanoTime() - end).as("%s", store.counts()).isNegative();
      store.endLeases(lane, true);
      List<Claimed> claimed = store.claim(lane, 10, 2, Duration.ofHours(1)).entries();
      claimed.forEach(each -> handedOver.add(each.claim().id()));
      settle(store, claimed.stream().map(each -> settlement(each, EntryState.DELIVERED)).toList());
    }
  }

  /** Each has one fate: that which was written last. */
  private void conserves(OutboxStore store) {
    List<UUID> failed =
        store
            .list(lane, Set.of(EntryState.PARKED, EntryState.REJECTED), 0, Integer.MAX_VALUE)
            .stream()
            .map(OutboxEntry::id)
            .toList();
    List<UUID> all = new ArrayList<>(delivered);
    all.addAll(superseded);
    all.addAll(failed);
    assertThat(all).as("entries with a fate").containsExactlyInAnyOrderElementsOf(added.keySet());
    assertThat(counted(store)).isEqualTo(added.size());
    LaneCounts counts = store.counts().get(lane);
    if (counts != null) {
      assertThat(count(counts, EntryState.DELIVERED)).isEqualTo(delivered.size());
      assertThat(count(counts, EntryState.SUPERSEDED)).isEqualTo(superseded.size());
      assertThat(counts.retried()).isEqualTo(retried.size());
    }
  }

  private static long count(LaneCounts counts, EntryState state) {
    return counts.states().getOrDefault(state, 0L);
  }

  /** On one target, but for those that were tried again later. */
  private void deliversInOrder() {
    if (!isOrderly) {
      return;
    }
    List<UUID> once = handedOver.stream().filter(id -> !retried.contains(id)).toList();
    assertThat(once).as("handed over once").doesNotHaveDuplicates();
    for (int i = 0; i < once.size(); i++) {
      Added earlier = added.get(once.get(i));
      for (UUID id : once.subList(i + 1, once.size())) {
        Added later = added.get(id);
        if (earlier != null
            && later != null
            && earlier.feedback.target().equals(later.feedback.target())) {
          assertThat(earlier.isAfter(later)).as("%s before %s", earlier, later).isFalse();
        }
      }
    }
  }
}
