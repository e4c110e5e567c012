package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where futures complete, and what callbacks may do. */
@Timeout(60)
class CallbackTest {
  private static final Reply YES = Reply.of(200, "{}");

  private final LoopbackServer server = new LoopbackServer();

  @BeforeEach
  void answer() {
    server.answerAll(seen -> Reply.of(200, "{}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ClientSettings.Builder settings) {
    return new ToyClient(server.url(), ToyDialect.plain(), settings.build());
  }

  /** The name of the thread that runs a callback, which is attached before any response comes. */
  private String threadOf(Reply reply, Supplier<CompletableFuture<?>> call) {
    HeldReplies gate = new HeldReplies(seen -> reply);
    server.answerAll(gate);
    var name = call.get().handle((ok, error) -> Thread.currentThread().getName());
    gate.open();
    return name.join();
  }

  @Test
  void byDefaultOnThreadsOfOurOwn() {
    try (ToyClient client = client(ToyClient.settings())) {
      assertThat(threadOf(YES, () -> client.submitAsync(on("a"))))
          .startsWith("llm-feedback-callback-");
      assertThat(threadOf(YES, () -> client.submitAllAsync(ToyClient.many(3))))
          .startsWith("llm-feedback-callback-");
    }
  }

  @Test
  void onTheExecutorOfTheSettings() {
    Executor mine =
        task -> {
          Thread thread = new Thread(task, "mine");
          thread.setDaemon(true);
          thread.start();
        };
    try (ToyClient client = client(ToyClient.settings().callbackExecutor(mine))) {
      assertThat(threadOf(YES, () -> client.submitAsync(on("a")))).isEqualTo("mine");
      assertThat(threadOf(YES, () -> client.submitAllAsync(ToyClient.many(3)))).isEqualTo("mine");
      assertThat(threadOf(Reply.of(400, "{}"), () -> client.submitAsync(on("a"))))
          .isEqualTo("mine");
    }
  }

  @Test
  void neverOnAThreadThatCarriesCallsEvenIfTheExecutorIsNone() {
    try (ToyClient client = client(ToyClient.settings().callbackExecutor(Runnable::run))) {
      assertThat(threadOf(YES, () -> client.submitAsync(on("a"))))
          .startsWith("llm-feedback-callback-");
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new RejectedExecutionException("full"),
        new OutOfMemoryError("unable to create native thread"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void anExecutorThatTakesNoMoreLosesNothing(Throwable failure) {
    Executor full =
        task -> {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) failure;
        };
    try (ToyClient client = client(ToyClient.settings().callbackExecutor(full))) {
      CompletableFuture<Receipt> one = client.submitAsync(on("a"));
      Await.isDone(one);
      assertThat(one).isCompleted();
      assertThat(threadOf(YES, () -> client.submitAsync(on("a"))))
          .startsWith("llm-feedback-callback-");
      assertThat(client.submitAllAsync(ToyClient.many(3)).join())
          .hasSize(3)
          .allMatch(Outcome::isAccepted);
    }
  }

  @Test
  void aCallbackMaySubmitAndWait() {
    try (ToyClient client = client(ToyClient.settings().concurrency(1).maxPending(1))) {
      CompletableFuture<Integer> sum =
          client
              .submitAsync(on("a"))
              .thenApply(
                  first ->
                      first.attempts()
                          + client.submit(on("b")).attempts()
                          + client.submitAll(ToyClient.many(5)).size()
                          + client.submitAsync(on("c")).join().attempts());
      Await.isDone(sum); // a join would ignore the test's timeout
      assertThat(sum.join()).isEqualTo(8);
    }
  }

  @Test
  void aHundredCallbacksMaySubmitAndWaitAtOnce() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().concurrency(1))) {
      List<CompletableFuture<Receipt>> all =
          ToyClient.many(100).stream()
              .map(each -> client.submitAsync(each).thenApply(receipt -> client.submit(each)))
              .toList();
      all.forEach(Await::isDone);
      assertThat(all).allSatisfy(each -> assertThat(each.join().attempts()).isEqualTo(1));
      assertThat(server.count()).isEqualTo(200);
    }
  }

  @Test
  void aCallbackThatThrowsHarmsNobody() {
    try (ToyClient client = client(ToyClient.settings().concurrency(1))) {
      CompletableFuture<Receipt> first = client.submitAsync(on("a"));
      var unused =
          first.thenAccept(
              receipt -> {
                throw new IllegalStateException("the callback's own");
              });
      assertThat(client.submit(on("b")).attempts()).isEqualTo(1);
      assertThat(first.join().attempts()).isEqualTo(1);
      Await.isDone(unused); // its thread may be slower than ours
      assertThat(unused).isCompletedExceptionally();
    }
  }
}
