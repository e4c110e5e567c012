package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callers that add at the same time share a transaction, and nothing else. */
class GroupCommitTest {
  private static final int CALLERS = 8;

  @Test
  void callersThatAddAtTheSameTimeShareACommit() throws Exception {
    AtomicInteger commits = new AtomicInteger();
    AtomicInteger stored = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GroupCommit group =
        new GroupCommit(
            additions -> {
              commits.incrementAndGet();
              stored.addAndGet(additions.size());
              begun.countDown();
              awaitQuietly(go);
            });
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    List<Future<?>> calls = new ArrayList<>();
    calls.add(callers.submit(() -> group.add(addition())));
    begun.await();
    for (int i = 1; i < CALLERS; i++) {
      calls.add(callers.submit(() -> group.add(addition())));
    }
    Await.isTrue("all wait", () -> group.waiting() == CALLERS - 1);
    go.countDown();
    for (Future<?> call : calls) {
      call.get();
    }
    callers.shutdown();
    assertThat(commits).hasValue(2);
    assertThat(stored).hasValue(CALLERS);
  }

  private static Addition addition() {
    return new Addition(
        Set.of("a"), List.of(new Rows.Added(UUID.randomUUID(), 1, 1, "{\"some\":\"form\"}")));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatFailsForAllFailsForEachWithAnExceptionOfItsOwn() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger commits = new AtomicInteger();
    GroupCommit group =
        new GroupCommit(
            additions -> {
              if (commits.incrementAndGet() > 1) {
                throw new OutboxException("the disk is full", null, false);
              }
              begun.countDown();
              awaitQuietly(go);
            });
    ExecutorService callers = Executors.newFixedThreadPool(3);
    Future<?> first = callers.submit(() -> group.add(addition()));
    begun.await();
    ConcurrentLinkedQueue<OutboxException> errors = new ConcurrentLinkedQueue<>();
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      calls.add(
          callers.submit(
              () -> {
                try {
                  group.add(addition());
                } catch (OutboxException e) {
                  errors.add(e);
                }
              }));
    }
    Await.isTrue("both wait", () -> group.waiting() == 2);
    go.countDown();
    first.get();
    for (Future<?> call : calls) {
      call.get();
    }
    callers.shutdown();
    assertThat(commits).hasValue(2);
    assertThat(new HashSet<>(errors)).hasSize(2);
    assertThat(errors).allSatisfy(e -> assertThat(e).hasMessage("the disk is full"));
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void noneOfManyCallersIsLostOrStoredTwice(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
      List<Future<List<UUID>>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        String target = "t" + i;
        calls.add(
            callers.submit(
                () -> {
                  List<UUID> ids = new ArrayList<>();
                  for (int n = 0; n < 40; n++) {
                    ids.add(opened.add(target));
                  }
                  return ids;
                }));
      }
      List<UUID> added = new ArrayList<>();
      for (Future<List<UUID>> call : calls) {
        added.addAll(call.get());
      }
      callers.shutdown();
      List<UUID> stored =
          opened.store.list("a", Set.of(EntryState.PENDING), 0, 10_000).stream()
              .map(OutboxEntry::id)
              .toList();
      assertThat(stored).containsExactlyInAnyOrderElementsOf(added);
      for (Future<List<UUID>> call : calls) { // each caller's own are in its order
        assertThat(stored.stream().filter(Set.copyOf(call.get())::contains).toList())
            .isEqualTo(call.get());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void rowsThatAreRefusedHarmNobodyElseInTheSameCommit(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      NewEntry twice = opened.entry("t");
      opened.store.add(Set.of("a"), List.of(twice));
      ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
      ConcurrentLinkedQueue<UUID> added = new ConcurrentLinkedQueue<>();
      AtomicInteger refused = new AtomicInteger();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        boolean isBad = i % 2 == 0;
        calls.add(
            callers.submit(
                () -> {
                  for (int n = 0; n < 15; n++) {
                    if (isBad) {
                      NewEntry innocent = opened.entry("u");
                      assertThatThrownBy(
                              () -> opened.store.add(Set.of("a"), List.of(innocent, twice)))
                          .isInstanceOf(OutboxException.class)
                          .hasMessageContaining("is stored already");
                      assertThat(opened.store.find(innocent.id())).isEmpty();
                      refused.incrementAndGet();
                    } else {
                      added.add(opened.add("v"));
                    }
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      callers.shutdown();
      assertThat(refused).hasValue(CALLERS / 2 * 15);
      added.add(twice.id());
      assertThat(opened.store.list("a", Set.of(EntryState.PENDING), 0, 10_000))
          .extracting(OutboxEntry::id)
          .containsExactlyInAnyOrderElementsOf(added);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void anInterruptedCallerStoresAndStaysInterrupted(Database database) {
    try (Opened opened = new Opened(database)) {
      Thread.currentThread().interrupt();
      UUID id = opened.add("t");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(opened.store.find(id)).hasSize(1);
    }
  }

  /** An exception from which no other can be made, as where there is no memory. */
  private static final class Unreadable extends OutboxException {
    private static final long serialVersionUID = 1L;

    Unreadable() {
      super("unreadable", null, false);
    }

    @Override
    public String getMessage() {
      throw new StackOverflowError();
    }
  }

  @Test
  void nobodyIsToldThatItIsStoredIfTheThreadThatCommitsForAllDies() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger commits = new AtomicInteger();
    GroupCommit group =
        new GroupCommit(
            additions -> {
              if (commits.incrementAndGet() == 1) {
                begun.countDown();
                awaitQuietly(go);
              } else if (commits.get() == 2) {
                throw new Unreadable();
              }
            });
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    Future<?> first = callers.submit(() -> group.add(addition()));
    begun.await();
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 1; i < CALLERS; i++) {
      calls.add(callers.submit(() -> group.add(addition())));
    }
    Await.isTrue("all wait", () -> group.waiting() == CALLERS - 1);
    go.countDown();
    first.get();
    List<Throwable> thrown = new ArrayList<>();
    for (Future<?> call : calls) {
      thrown.add(catchThrowable(call::get).getCause());
    }
    assertThat(thrown).filteredOn(StackOverflowError.class::isInstance).hasSize(1);
    assertThat(thrown)
        .filteredOn(OutboxException.class::isInstance)
        .hasSize(CALLERS - 2)
        .allMatch(each -> ((OutboxException) each).mayBeStored());
    callers.submit(() -> group.add(addition())).get();
    callers.shutdown();
  }
}
