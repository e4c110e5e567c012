package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A user's own {@link OkHttpClient}: its settings are kept, and our safety measures still apply.
 */
@Timeout(60)
class UsersHttpClientTest {
  private final LoopbackServer server = new LoopbackServer();
  private final OkHttpClient.Builder http = new OkHttpClient.Builder();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy) {
    ClientSettings settings = ToyClient.impatient().httpClient(http.build()).concurrency(1).build();
    return new ToyClient(server.url(), toy, settings);
  }

  private UndeliveredFeedbackException failure(ToyDialect toy) {
    try (ToyClient client = client(toy)) {
      return catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
    }
  }

  @Test
  void itsInterceptorsSeeEveryAttempt() {
    server.enqueue(503, "").enqueue(200, "{}");
    Interceptor add =
        chain -> chain.proceed(chain.request().newBuilder().addHeader("X-Mine", "seen").build());
    http.addInterceptor(add).addNetworkInterceptor(add);
    try (ToyClient client = client(ToyDialect.plain())) {
      client.submit(on("a"));
    }
    assertThat(server.takeAll())
        .hasSize(2)
        .allSatisfy(seen -> assertThat(seen.headers().get("X-Mine")).hasSize(2));
  }

  @Test
  void itsEventListenerHearsEverything() {
    server.enqueue(503, "").enqueue(200, "{}");
    Queue<String> events = new ConcurrentLinkedQueue<>();
    http.eventListener(
        new EventListener() {
          @Override
          public void callStart(Call call) {
            events.add("start");
          }

          @Override
          public void connectionAcquired(Call call, Connection connection) {
            events.add("connection");
          }

          @Override
          public void requestHeadersStart(Call call) {
            events.add("headers");
          }

          @Override
          public void callEnd(Call call) {
            events.add("end");
          }
        });
    try (ToyClient client = client(ToyDialect.plain())) {
      client.submit(on("a"));
    }
    List<String> once = List.of("start", "connection", "headers", "end");
    assertThat(events).startsWith("start").hasSize(8).containsAll(once);
  }

  @Test
  void itsTimeoutsDoNotCutTheTimeOfTheSettings() {
    server.enqueue(Reply.of(200, "{}").after(Duration.ofMillis(500)));
    Duration hasty = Duration.ofMillis(50);
    http.readTimeout(hasty).writeTimeout(hasty).callTimeout(hasty);
    try (ToyClient client = client(ToyDialect.plain())) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void itIsNotShutDownNorChanged() throws IOException {
    server.answerAll(seen -> Reply.of(200, "{}"));
    OkHttpClient mine = http.build();
    ClientSettings settings = ToyClient.settings().httpClient(mine).build();
    for (int i = 0; i < 3; i++) {
      try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
        client.submit(on("a"));
      }
    }
    assertThat(mine.networkInterceptors()).isEmpty();
    assertThat(mine.interceptors()).isEmpty();
    assertThat(mine.dispatcher().executorService().isShutdown()).isFalse();
    Request request = new Request.Builder().url(server.url()).build();
    try (Response response = mine.newCall(request).execute()) {
      assertThat(response.code()).isEqualTo(200);
    }
  }

  @Test
  void anInterceptorThatThrowsBeforeTheWireSendsNothing() {
    AtomicInteger times = new AtomicInteger();
    http.addInterceptor(
        chain -> {
          times.incrementAndGet();
          throw new IllegalStateException("mine");
        });
    UndeliveredFeedbackException error = failure(ToyDialect.plain());
    assertThat(error.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error)
        .hasRootCauseMessage("java.io.IOException (by java.lang.IllegalStateException)");
    assertThat(error)
        .cause()
        .satisfies(
            told ->
                assertThat(told.getStackTrace()[0].getClassName())
                    .isEqualTo(UsersHttpClientTest.class.getName()));
    assertThat(times).hasValue(3);
    assertThat(server.count()).isZero();
  }

  @Test
  void anInterceptorThatThrowsAfterTheWireLeavesDoubt() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    http.addInterceptor(
        chain -> {
          chain.proceed(chain.request()).close();
          throw new IllegalStateException("mine");
        });
    UndeliveredFeedbackException error = failure(ToyDialect.plain());
    assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void anInterceptorThatThrowsOnTheNetworkSendsNothing() {
    http.addNetworkInterceptor(
        chain -> {
          throw new IOException("mine");
        });
    assertThat(failure(ToyDialect.plain()).mayHaveArrived()).isFalse();
    assertThat(server.count()).isZero();
  }

  @Test
  void anInterceptorMayAnswerByItself() {
    http.addInterceptor(
        chain ->
            new Response.Builder()
                .request(chain.request())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create("{}", MediaType.get("application/json")))
                .build());
    try (ToyClient client = client(ToyDialect.plain())) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void anInterceptorThatMakesARequestOfItsOwnCannotHideThatItLeft() {
    server.enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    http.addInterceptor(
        chain ->
            chain.proceed(
                new Request.Builder()
                    .url(chain.request().url())
                    .method(chain.request().method(), chain.request().body())
                    .build()));
    assertThat(failure(ToyDialect.plain()).mayHaveArrived()).isTrue();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void anEventListenerThatThrowsIsNoHang() {
    http.eventListener(
        new EventListener() {
          @Override
          public void callStart(Call call) {
            throw new IllegalStateException("mine");
          }
        });
    UndeliveredFeedbackException error = failure(ToyDialect.plain());
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.attempts()).isEqualTo(3);
  }

  @Test
  void aDispatcherThatWasShutDownIsNoHang() {
    OkHttpClient mine = http.build();
    mine.dispatcher().executorService().shutdown();
    assertThat(failure(ToyDialect.plain()).mayHaveArrived()).isFalse();
  }

  @Test
  void cancellingAllOfItsCallsEndsOurs() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    OkHttpClient mine = http.build();
    ClientSettings settings = ToyClient.impatient().httpClient(mine).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.repeatableOnes(), settings)) {
      var receipt = client.submitAsync(on("a"));
      Await.isTrue("the request came", () -> server.count() == 1);
      mine.dispatcher().cancelAll();
      Await.isDone(receipt);
      FeedbackException error = (FeedbackException) receipt.handle((ok, e) -> e).join();
      assertThat(((UndeliveredFeedbackException) error).reason()).isEqualTo(Reason.CANCELLED);
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(1);
  }
}
