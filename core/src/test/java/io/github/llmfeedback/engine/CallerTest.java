package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.contract.Seen;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** A call that waits makes its attempts on its own thread, if a connection is kept open for it. */
class CallerTest {
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final HeldReplies gate = HeldReplies.yes();

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  private ToyClient client(ToyDialect dialect, ClientSettings.Builder settings) {
    return new ToyClient(server.url(), dialect, settings.build(), time);
  }

  /** Notes, at the last request, whether the caller's thread is the one that sent it. */
  private static final class Look implements Function<Seen, Reply> {
    private final Thread caller = Thread.currentThread();
    private volatile boolean isSending;

    @Override
    public Reply apply(Seen seen) {
      isSending =
          Arrays.stream(caller.getStackTrace())
              .anyMatch(frame -> frame.getClassName().startsWith("okhttp3.internal.http."));
      return Reply.of(200, "{}");
    }
  }

  @Test
  void aKeptConnectionIsUsedOnTheCallersThreadAndANewOneIsOpenedOnAnother() {
    Look look = new Look();
    server.answerAll(look);
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings())) {
      client.submit(on("a"));
      assertThat(look.isSending).as("the first, for which a connection is opened").isFalse();
      for (int i = 0; i < 3; i++) {
        client.submit(on("a"));
        assertThat(look.isSending).as("the others").isTrue();
      }
    }
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void aUsersHttpClientIsCalledOnItsOwnThreads() {
    Look look = new Look();
    server.answerAll(look);
    ClientSettings.Builder users = ToyClient.settings().httpClient(new OkHttpClient());
    try (ToyClient client = client(ToyDialect.plain(), users)) {
      for (int i = 0; i < 3; i++) {
        client.submit(on("a"));
        assertThat(look.isSending).isFalse();
      }
    }
  }

  @Test
  void anAttemptOnTheCallersThreadEndsInItsTime() {
    server.enqueue(200, "{}").enqueue(Reply.fault(Fault.NEVER_ANSWERED)).enqueue(200, "{}");
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings())) {
      client.submit(on("a"));
      CompletableFuture<Receipt> second =
          new WaitingCaller<>(() -> client.submit(on("b"))).result();
      Await.isTrue("the request came", () -> server.count() == 2);
      time.pass(ATTEMPT);
      UndeliveredFeedbackException error = failure(second);
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.mayHaveArrived()).isTrue();
      assertThat(error.elapsed()).isEqualTo(ATTEMPT);
      assertThat(client.submit(on("c")).attempts()).as("over another connection").isEqualTo(1);
    }
  }

  @Test
  void aSecondAttemptIsMadeOnTheCallersThreadToo() {
    server.enqueue(200, "{}").enqueue(500, "");
    try (ToyClient client = client(ToyDialect.repeatableOnes(), ToyClient.settings())) {
      client.submit(on("a"));
      CompletableFuture<Boolean> second =
          new WaitingCaller<>(
                  () -> {
                    Look look = new Look();
                    server.answerAll(look);
                    assertThat(client.submit(on("b")).attempts()).isEqualTo(2);
                    return look.isSending;
                  })
              .result();
      time.pass(Duration.ofMillis(150));
      Await.isDone(second);
      assertThat(second).isCompletedWithValue(true);
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void anAttemptThatTimesOutOnTheCallersThreadIsFollowedByAnother() {
    server.enqueue(200, "{}").enqueue(Reply.fault(Fault.NEVER_ANSWERED)).enqueue(200, "{}");
    try (ToyClient client = client(ToyDialect.repeatableOnes(), ToyClient.settings())) {
      client.submit(on("a"));
      CompletableFuture<Receipt> second =
          new WaitingCaller<>(() -> client.submit(on("b"))).result();
      Await.isTrue("the request came", () -> server.count() == 2);
      time.pass(ATTEMPT);
      time.pass(Duration.ofMillis(150));
      Await.isDone(second);
      assertThat(second.join().attempts()).isEqualTo(2);
    }
  }

  @Test
  void anInterruptEndsAnAttemptOnTheCallersThread() throws Exception {
    interruptEnds(
        task -> {
          Thread thread = new Thread(task, "caller");
          thread.setDaemon(true);
          thread.start();
          return thread;
        });
  }

  @Test
  @EnabledForJreRange(minVersion = 21)
  void anInterruptEndsAnAttemptOnAVirtualThread() throws Exception {
    interruptEnds(CallerTest::startVirtual);
  }

  private static Thread startVirtual(Runnable task) {
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private void interruptEnds(Function<Runnable, Thread> start) throws Exception {
    server.enqueue(200, "{}").enqueue(Reply.fault(Fault.NEVER_ANSWERED)).enqueue(200, "{}");
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings())) {
      client.submit(on("a"));
      FutureTask<Boolean> second =
          new FutureTask<>(
              () -> {
                UndeliveredFeedbackException error =
                    catchThrowableOfType(
                        UndeliveredFeedbackException.class, () -> client.submit(on("b")));
                assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
                assertThat(error.mayHaveArrived()).isTrue();
                assertThat(error.attempts()).isEqualTo(1);
                return Thread.currentThread().isInterrupted();
              });
      Thread caller = start.apply(second);
      Await.isTrue("the request came", () -> server.count() == 2);
      caller.interrupt(); // nothing but the watch on the callers ends it: time stands still
      Await.isDone(second);
      assertThat(second.get()).as("it stays interrupted").isTrue();
      assertThat(client.submit(on("c")).attempts()).isEqualTo(1);
    }
  }

  @Test
  void aClosingClientEndsAnAttemptOnACallersThread() {
    server.enqueue(200, "{}").enqueue(Reply.fault(Fault.NEVER_ANSWERED));
    ClientSettings.Builder hasty = ToyClient.settings().closeTimeout(Duration.ofMillis(1));
    ToyClient client = client(ToyDialect.plain(), hasty);
    client.submit(on("a"));
    CompletableFuture<Receipt> second = new WaitingCaller<>(() -> client.submit(on("b"))).result();
    Await.isTrue("the request came", () -> server.count() == 2);
    client.close();
    Await.isDone(second);
    UndeliveredFeedbackException error = failure(second);
    assertThat(error.reason()).isEqualTo(Reason.CLOSED);
    assertThat(error.mayHaveArrived()).isTrue();
  }

  /**
   * What the JVM's settings ask may hang; a call that waits is held by it no longer than its time.
   */
  static final class HangingSelector extends ProxySelector {
    static volatile @Nullable Thread asked;

    @Override
    public List<Proxy> select(URI uri) {
      asked = Thread.currentThread();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}

    public static void main(String[] args) {
      ProxySelector.setDefault(new HangingSelector());
      ClientSettings settings =
          ToyClient.impatient()
              .attemptTimeout(Duration.ofMillis(100))
              .totalTimeout(Duration.ofMillis(150))
              .closeTimeout(Duration.ofMillis(1))
              .build();
      try (ToyClient client = new ToyClient(args[0], ToyDialect.plain(), settings)) {
        client.submit(on("a"));
      } catch (UndeliveredFeedbackException e) {
        System.out.print(e.reason() + " " + e.mayHaveArrived());
        System.out.print(asked == Thread.currentThread() ? " on the caller's thread" : "");
      }
    }
  }

  @Test
  void whatIsAskedToOpenAConnectionDoesNotHoldTheCaller() throws InterruptedException {
    try (Program program = new Program(List.of(), HangingSelector.class, server.url())) {
      assertThat(program.output(Duration.ofSeconds(60))).isEqualTo("TIMEOUT false");
    }
    assertThat(server.count()).isZero();
  }

  private static UndeliveredFeedbackException failure(CompletableFuture<Receipt> receipt) {
    Await.isDone(receipt);
    return (UndeliveredFeedbackException) receipt.handle((ok, error) -> error).join();
  }
}
