package io.github.llmfeedback.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A store that throws and does what a test wants. */
final class BrittleStore implements OutboxStore {
  private final OutboxStore store;
  private final Map<String, Queue<Supplier<Throwable>>> failures = new ConcurrentHashMap<>();
  private final Map<String, Runnable> befores = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();

  private boolean isShared;

  BrittleStore(OutboxStore store) {
    this.store = store;
  }

  /** Has the next calls of a method throw. */
  BrittleStore failNext(String method, int times, Supplier<Throwable> failure) {
    Queue<Supplier<Throwable>> queue =
        failures.computeIfAbsent(method, m -> new ConcurrentLinkedQueue<>());
    for (int i = 0; i < times; i++) {
      queue.add(failure);
    }
    return this;
  }

  /** Has something happen before each call of a method. */
  void beforeEach(String method, Runnable before) {
    befores.put(method, before);
  }

  /** Has it say that others share it. */
  BrittleStore shared() {
    isShared = true;
    return this;
  }

  /** How many calls threw. */
  int failed() {
    return calls.get();
  }

  private void may(String method) {
    befores.getOrDefault(method, () -> {}).run();
    Queue<Supplier<Throwable>> queue = failures.get(method);
    Supplier<Throwable> failure = queue == null ? null : queue.poll();
    if (failure != null) {
      calls.incrementAndGet();
      throwAny(failure.get());
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void throwAny(Throwable e) throws E {
    throw (E) e;
  }

  @Override
  public void open(Set<String> lanes) {
    store.open(lanes);
  }

  @Override
  public boolean isShared() {
    return isShared || store.isShared();
  }

  @Override
  public List<Change> add(Set<String> lanes, List<NewEntry> entries) {
    may("add");
    return store.add(lanes, entries);
  }

  @Override
  public Claims claim(String lane, int max, int maxPerTarget, Duration lease) {
    may("claim");
    return store.claim(lane, max, maxPerTarget, lease);
  }

  @Override
  public void renew(String lane, List<Claim> claims, Duration lease) {
    may("renew");
    store.renew(lane, claims, lease);
  }

  @Override
  public List<Boolean> settle(String lane, List<Settlement> settlements) {
    may("settle");
    return store.settle(lane, settlements);
  }

  @Override
  public List<Change> endLeases(String lane, boolean repeat) {
    may("endLeases");
    return store.endLeases(lane, repeat);
  }

  @Override
  public List<Change> expire(String lane, Duration age) {
    return store.expire(lane, age);
  }

  @Override
  public boolean retry(String lane, UUID id) {
    return store.retry(lane, id);
  }

  @Override
  public List<OutboxEntry> find(UUID id) {
    return store.find(id);
  }

  @Override
  public List<OutboxEntry> list(String lane, Set<EntryState> states, long after, int max) {
    return store.list(lane, states, after, max);
  }

  @Override
  public List<Change> forward(String from, String to, Set<EntryState> states) {
    return store.forward(from, to, states);
  }

  @Override
  public long rollUp(Duration keepFinal, Duration keepFailed) {
    return store.rollUp(keepFinal, keepFailed);
  }

  @Override
  public boolean hasOpen(String lane) {
    may("hasOpen");
    return store.hasOpen(lane);
  }

  @Override
  public Map<String, LaneCounts> counts() {
    may("counts");
    return store.counts();
  }

  @Override
  public void close() {
    store.close();
  }
}
