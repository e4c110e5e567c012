package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every feedback has one outcome, which its caller gets, whatever happens at the same time. */
@Timeout(120)
class ConcurrentOutcomesTest {
  /** Of three feedbacks each; in 64 threads they are 10,176. */
  private static final int ROUNDS = 53;

  /**
   * Neither a close between a response and its verdict nor an abandoned attempt may report that
   * nothing was sent. Every third feedback is received and gets no response.
   */
  @RepeatedTest(20)
  @Execution(ExecutionMode.CONCURRENT) // most of it is a wait for attempts to time out
  void whatTheServerStoredIsNeverToldAsSurelyNotStored() {
    Set<String> stored = ConcurrentHashMap.newKeySet();
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          seen -> {
            stored.addAll(ToyClient.targets(seen));
            return Integer.parseInt(ToyClient.targets(seen).get(0).substring(1)) % 3 == 0
                ? Reply.fault(Reply.Fault.NEVER_ANSWERED)
                : Reply.of(200, "{}");
          });
      ClientSettings hasty =
          ToyClient.impatient().concurrency(8).attemptTimeout(Duration.ofMillis(150)).build();
      ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), hasty);
      List<Feedback> given = ToyClient.many(64);
      List<CompletableFuture<Receipt>> futures = given.stream().map(client::submitAsync).toList();
      var batch = client.submitAllAsync(given.subList(32, 64));
      Await.isTrue("some are stored", () -> stored.size() > 20);
      client.close();
      batch.join();
      for (int i = 0; i < futures.size(); i++) {
        Await.isDone(futures.get(i));
        Throwable error = futures.get(i).handle((ok, e) -> e).join();
        boolean surelyNot = error instanceof FeedbackException e && !e.mayHaveArrived();
        if (surelyNot && i < 32) { // the others were sent by the batch as well
          assertThat(stored).doesNotContain("t" + i);
        }
        assertThat(error == null || error instanceof FeedbackException).isTrue();
      }
    }
  }

  @Test
  void cancelledAtAnyMomentAFeedbackHoldsNoPlace() {
    SplittableRandom random = new SplittableRandom(4);
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          seen -> Reply.of(ToyClient.targets(seen).get(0).endsWith("3") ? 503 : 200, "{}"));
      ClientSettings settings = ToyClient.impatient().concurrency(2).maxPending(500).build();
      try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
        for (int i = 0; i < 400; i++) {
          CompletableFuture<Receipt> future = client.submitAsync(ToyClient.on("t" + i));
          LockSupport.parkNanos(random.nextInt(1_000_000));
          future.cancel(false);
        }
        for (int i = 0; i < 10; i++) {
          assertThat(client.submit(ToyClient.on("after")).attempts()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void sixtyFourThreadsSwapAndLoseNothing() throws Exception {
    Map<String, Integer> stored = new ConcurrentHashMap<>();
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          seen -> {
            ToyClient.targets(seen).forEach(id -> stored.merge(id, 1, Integer::sum));
            return Reply.of(200, "{}");
          });
      ExecutorService threads = Executors.newFixedThreadPool(64);
      try (ToyClient client = new ToyClient(server, ToyDialect.lists(10))) {
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < 64; thread++) {
          String name = "thread" + thread + "-";
          all.add(threads.submit(() -> submit(client, name)));
        }
        for (Future<?> each : all) {
          each.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
    assertThat(stored)
        .hasSize(64 * 3 * ROUNDS)
        .allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
  }

  private static void submit(ToyClient client, String name) {
    List<CompletableFuture<Receipt>> futures = new ArrayList<>();
    List<Feedback> list = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(client.submit(ToyClient.on(name + "s" + i)).target()).isEqualTo(name + "s" + i);
      futures.add(client.submitAsync(ToyClient.on(name + "a" + i)));
      list.add(ToyClient.on(name + "b" + i));
    }
    var outcomes = client.submitAll(list);
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(futures.get(i).join().target()).isEqualTo(name + "a" + i);
      assertThat(outcomes.get(i).orThrow().target()).isEqualTo(name + "b" + i);
    }
  }
}
