package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attempts and calls that end at their timeout, wherever they hang. */
class TimeoutTest {
  private static final Duration ATTEMPT = Duration.ofSeconds(10);
  private static final Duration BACKOFF = Duration.ofMillis(150);

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final CountDownLatch testEnds = new CountDownLatch(1);

  /** Whether the caller waits. */
  private enum Way {
    SUBMIT {
      @Override
      CompletableFuture<Receipt> submit(ToyClient client, Feedback feedback) {
        return new WaitingCaller<>(() -> client.submit(feedback)).result();
      }
    },
    SUBMIT_ASYNC {
      @Override
      CompletableFuture<Receipt> submit(ToyClient client, Feedback feedback) {
        return client.submitAsync(feedback);
      }
    };

    abstract CompletableFuture<Receipt> submit(ToyClient client, Feedback feedback);
  }

  @AfterEach
  void stop() {
    testEnds.countDown();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void anAttemptWithoutAnAnswerEndsInItsTime(Way way) {
    server.enqueue(Reply.fault(Fault.NEVER_ANSWERED));
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<Receipt> receipt = way.submit(client, on("a"));
      Await.isTrue("the request came", () -> server.count() == 1);
      assertThat(receipt).isNotDone();
      time.pass(ATTEMPT);
      UndeliveredFeedbackException error = failure(receipt);
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.mayHaveArrived()).isTrue();
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.elapsed()).isEqualTo(ATTEMPT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAttemptWithoutAnAnswerIsRepeatedIfItMayArriveTwice(Way way) {
    server.enqueue(Reply.fault(Fault.NEVER_ANSWERED)).enqueue(200, "{}");
    try (ToyClient client = new ToyClient(server, ToyDialect.repeatableOnes(), time)) {
      CompletableFuture<Receipt> receipt = way.submit(client, on("a"));
      Await.isTrue("the request came", () -> server.count() == 1);
      time.pass(ATTEMPT);
      time.pass(BACKOFF);
      Await.isDone(receipt);
      assertThat(receipt.join().attempts()).isEqualTo(2);
      assertThat(receipt.join().elapsed()).isEqualTo(ATTEMPT.plus(BACKOFF));
    }
  }

  @Test
  void theLastAttemptHasOnlyWhatIsLeftOfTheCallsTime() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    ClientSettings settings = ToyClient.settings().totalTimeout(Duration.ofSeconds(12)).build();
    try (ToyClient client =
        new ToyClient(server.url(), ToyDialect.repeatableOnes(), settings, time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.pass(ATTEMPT);
      time.pass(BACKOFF);
      time.pass(Duration.ofMillis(1850));
      UndeliveredFeedbackException error = failure(receipt);
      assertThat(error.attempts()).isEqualTo(2);
      assertThat(error.elapsed()).isEqualTo(Duration.ofSeconds(12));
    }
  }

  @Test
  void timeInTheQueueCounts() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    ClientSettings settings =
        ToyClient.settings().concurrency(1).attemptTimeout(Duration.ofMinutes(1)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
      Await.isTrue("the request came", () -> server.count() == 1);
      time.advance(Duration.ofSeconds(1));
      CompletableFuture<Receipt> queued = client.submitAsync(on("b"));
      time.advance(Duration.ofSeconds(29));
      assertThat(failure(onWire).mayHaveArrived()).isTrue();
      // the permit is free now, with one second of the second call's timeout left
      Await.isTrue("the second request came", () -> server.count() == 2);
      time.pass(Duration.ofSeconds(1));
      assertThat(failure(queued).elapsed()).as("since it left").isEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void timeInTheQueueDoesNotCountInABatch() {
    Duration pause = Duration.ofMinutes(1);
    server
        .enqueue(Reply.of(429, "").header("Retry-After", "60"))
        .enqueue(200, "{}")
        .enqueue(503, "")
        .enqueue(200, "{}");
    ClientSettings settings = ToyClient.settings().concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<List<Outcome>> first = client.submitAllAsync(ToyClient.many(1));
      time.awaitAlarm(pause);
      CompletableFuture<List<Outcome>> queued = client.submitAllAsync(ToyClient.many(1));
      time.advance(pause);
      time.pass(BACKOFF);
      assertThat(first.join()).allMatch(Outcome::isAccepted);
      Receipt receipt = queued.join().get(0).orThrow();
      assertThat(receipt.attempts()).isEqualTo(2);
      assertThat(receipt.elapsed()).isEqualTo(BACKOFF);
    }
  }

  @Test
  void aCallThatNeverLeavesTheQueueWasNeverSent() {
    server
        .enqueue(Reply.of(429, "").header("Retry-After", "25"))
        .enqueue(Reply.fault(Fault.NEVER_ANSWERED));
    ClientSettings settings = ToyClient.settings().concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(1));
      time.awaitAlarm(Duration.ofSeconds(25));
      CompletableFuture<Receipt> queued = client.submitAsync(on("b"));
      time.advance(Duration.ofSeconds(25));
      Await.isTrue("the batch tries again", () -> server.count() == 2);
      time.pass(Duration.ofSeconds(5));
      UndeliveredFeedbackException error = failure(queued);
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.attempts()).isZero();
      assertThat(error.mayHaveArrived()).isFalse();
      batch.cancel(false);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNameServerThatDoesNotAnswerDoesNotHoldTheCall(Way way) {
    OkHttpClient http =
        new OkHttpClient.Builder()
            .dns(
                name -> {
                  awaitTestEnd();
                  return List.of(InetAddress.getLoopbackAddress());
                })
            .build();
    server.answerAll(seen -> Reply.of(200, "{}"));
    ClientSettings settings = ToyClient.settings().httpClient(http).maxRetries(1).build();
    String url = server.url().replace("127.0.0.1", "localhost");
    try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> receipt = way.submit(client, on("a"));
      time.pass(ATTEMPT);
      time.pass(BACKOFF);
      time.pass(ATTEMPT);
      UndeliveredFeedbackException error = failure(receipt);
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.mayHaveArrived()).as("it never left, and never will").isFalse();
      testEnds.countDown();
    }
    Await.isTrue("OkHttp lets go", () -> http.dispatcher().runningCallsCount() == 0);
    assertThat(server.count()).isZero();
  }

  @Test
  void whatANameServerStillHoldsTakesAPlaceThoughItsCallIsOver() {
    AtomicInteger asked = new AtomicInteger();
    OkHttpClient http =
        new OkHttpClient.Builder()
            .dns(
                name -> {
                  asked.incrementAndGet();
                  awaitTestEnd();
                  return List.of(InetAddress.getLoopbackAddress());
                })
            .build();
    ClientSettings settings =
        ToyClient.settings().httpClient(http).maxRetries(0).concurrency(1).build();
    String url = server.url().replace("127.0.0.1", "localhost");
    try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> first = client.submitAsync(on("a"));
      Await.isTrue("the name server is asked", () -> asked.get() == 1);
      time.pass(ATTEMPT);
      assertThat(failure(first).attempts()).isEqualTo(1);
      CompletableFuture<Receipt> second = client.submitAsync(on("b"));
      time.pass(Duration.ofSeconds(30));
      assertThat(failure(second).attempts()).isZero();
      testEnds.countDown();
    }
    assertThat(asked).hasValue(1);
    assertThat(server.count()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aFullDispatcherOfTheUsersDoesNotHoldTheCall(Way way) {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    OkHttpClient http = new OkHttpClient();
    http.dispatcher().setMaxRequestsPerHost(1);
    ClientSettings settings = ToyClient.settings().httpClient(http).maxRetries(0).build();
    Call another = http.newCall(new Request.Builder().url(server.url()).build());
    another.enqueue(new Unheard());
    Await.isTrue("the other call is on the wire", () -> server.count() == 1);
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> behind = way.submit(client, on("b"));
      Await.isTrue("it is queued", () -> http.dispatcher().queuedCallsCount() == 1);
      time.advance(ATTEMPT);
      UndeliveredFeedbackException error = failure(behind);
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.mayHaveArrived()).as("it never left, and never will").isFalse();
    }
    another.cancel();
    Await.isTrue("OkHttp lets go", () -> http.dispatcher().runningCallsCount() == 0);
    assertThat(server.count()).isEqualTo(1);
  }

  private static final class Unheard implements Callback {
    @Override
    public void onFailure(Call call, IOException e) {}

    @Override
    public void onResponse(Call call, Response response) {
      response.close();
    }
  }

  private void awaitTestEnd() {
    try {
      testEnds.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static UndeliveredFeedbackException failure(CompletableFuture<Receipt> receipt) {
    Await.isDone(receipt);
    return (UndeliveredFeedbackException) receipt.handle((ok, error) -> error).join();
  }
}
