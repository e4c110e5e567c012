package io.github.llmfeedback.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TargetInterceptorTest {
  private static final TargetKey TRACE =
      TargetKey.of("portkey", "trace")
          .inResponseHeader("x-portkey-trace-id")
          .chosenInRequestHeader("x-portkey-trace-id");
  private static final TargetKey REQUEST =
      TargetKey.of("helicone", "request")
          .inResponseHeader("Helicone-Id")
          .chosenInRequestHeader("Helicone-Request-Id");
  private static final TargetKey DATAPOINT = TargetKey.of("humanloop", "datapoint");

  private final LoopbackServer llm = new LoopbackServer();

  TargetInterceptorTest() {
    llm.answerAll(seen -> Reply.of(200, "{\"text\":\"Paris\"}"));
  }

  @AfterEach
  void stop() {
    llm.close();
  }

  private static OkHttpClient with(TargetInterceptor interceptor) {
    return new OkHttpClient.Builder().addInterceptor(interceptor).build();
  }

  private Request.Builder request() {
    return new Request.Builder()
        .url(llm.url() + "/v1/chat")
        .post(RequestBody.create("{\"q\":\"capital?\"}", MediaType.get("application/json")));
  }

  private static Optional<Target> call(TargetInterceptor interceptor, Request request)
      throws IOException {
    try (Response response = with(interceptor).newCall(request).execute()) {
      return FeedbackTarget.of(response);
    }
  }

  @Test
  void idsOfTheAnswerAreCaughtInAnyCase() throws IOException {
    llm.enqueue(
        Reply.of(200, "{}").header("X-PORTKEY-TRACE-ID", "t1").header("helicone-id", " h1 "));

    assertThat(call(TargetInterceptor.catching(TRACE, REQUEST), request().build()))
        .contains(Target.of(TRACE, "t1").and(REQUEST, "h1"));
    Seen seen = llm.take();
    assertThat(seen.headers()).doesNotContainKeys("x-portkey-trace-id", "Helicone-Request-Id");
    assertThat(seen.body()).isEqualTo("{\"q\":\"capital?\"}");
  }

  @Test
  void anAnswerWithoutIdsHasNoTarget() throws IOException {
    llm.enqueue(Reply.of(200, "{}").header("x-portkey-trace-id", " "));

    assertThat(call(TargetInterceptor.catching(TRACE), request().build())).isEmpty();
  }

  @Test
  void theAnswersBodyIsLeftAlone() throws IOException {
    try (Response response =
            with(TargetInterceptor.catching(TRACE)).newCall(request().build()).execute();
        ResponseBody body = response.body()) {
      assertThat(body).isNotNull();
      assertThat(body == null ? "" : body.string()).isEqualTo("{\"text\":\"Paris\"}");
    }
  }

  @Test
  void oneChosenIdGoesToEveryProviderAndIsAUuidOfVersion4() throws IOException {
    TargetInterceptor interceptor = TargetInterceptor.catching(TRACE).choosing(TRACE, REQUEST);

    Target target = call(interceptor, request().build()).orElseThrow();

    Seen seen = llm.take();
    String id = seen.header("x-portkey-trace-id");
    assertThat(UUID.fromString(id).version()).isEqualTo(4);
    assertThat(seen.header("Helicone-Request-Id")).isEqualTo(id);
    assertThat(target).isEqualTo(Target.of(TRACE, id).and(REQUEST, id));
    assertThat(call(interceptor, request().build())).isPresent().get().isNotEqualTo(target);
  }

  @Test
  void aHeaderOfTheApplicationsIsKeptAndIsTheTarget() throws IOException {
    Request request =
        request()
            .header("X-Portkey-Trace-Id", "")
            .addHeader("x-portkey-trace-id", "mine")
            .addHeader("x-portkey-trace-id", "second")
            .build();

    Target target =
        call(TargetInterceptor.catching(TRACE).choosing(TRACE, REQUEST), request).orElseThrow();

    Seen seen = llm.take();
    assertThat(seen.headers().get("x-portkey-trace-id")).containsExactly("", "mine", "second");
    assertThat(target)
        .isEqualTo(Target.of(TRACE, "mine").and(REQUEST, seen.header("Helicone-Request-Id")));
  }

  @Test
  void theAnswersIdWinsOverTheChosenOne() throws IOException {
    llm.enqueue(Reply.of(200, "{}").header("Helicone-Id", "filed-as"));

    assertThat(
            call(
                TargetInterceptor.catching(REQUEST).choosing(REQUEST).chosenFrom(() -> "chosen"),
                request().build()))
        .contains(Target.of(REQUEST, "filed-as"));
    assertThat(llm.take().header("Helicone-Request-Id")).isEqualTo("chosen");
  }

  @Test
  void aHolderOnTheRequestKnowsTheChosenIdOfACallThatFails() {
    llm.enqueue(Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST));
    FeedbackTarget holder = new FeedbackTarget();
    OkHttpClient client =
        with(TargetInterceptor.catching(TRACE).choosing(TRACE).chosenFrom(() -> "chosen"))
            .newBuilder()
            .retryOnConnectionFailure(false)
            .build();

    assertThatThrownBy(
            () -> client.newCall(request().tag(FeedbackTarget.class, holder).build()).execute())
        .isInstanceOf(IOException.class);

    assertThat(holder.target()).contains(Target.of(TRACE, "chosen"));
    assertThat(holder).hasToString("FeedbackTarget [portkey/trace=chosen]");
  }

  @Test
  void anAsynchronousCallHandsTheTargetOutToo() throws Exception {
    llm.enqueue(Reply.of(200, "{}").header("x-portkey-trace-id", "t1"));
    FeedbackTarget holder = new FeedbackTarget();
    CompletableFuture<Optional<Target>> received = new CompletableFuture<>();

    with(TargetInterceptor.catching(TRACE))
        .newCall(request().tag(FeedbackTarget.class, holder).build())
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException e) {
                received.completeExceptionally(e);
              }

              @Override
              public void onResponse(Call call, Response response) {
                try (response) {
                  received.complete(FeedbackTarget.of(response));
                }
              }
            });

    assertThat(received.get()).contains(Target.of(TRACE, "t1"));
    assertThat(holder.target()).contains(Target.of(TRACE, "t1"));
  }

  @Test
  void callsOfOneRequestAtOnceEachHaveTheirOwnTarget() {
    TargetInterceptor interceptor = TargetInterceptor.catching(TRACE).choosing(TRACE);
    OkHttpClient client = with(interceptor);
    Request request = request().tag(FeedbackTarget.class, new FeedbackTarget()).build();
    llm.answerAll(seen -> Reply.of(200, "{}").header("x-echo", seen.header("x-portkey-trace-id")));
    Map<String, String> targets = new ConcurrentHashMap<>();

    CompletableFuture.allOf(
            IntStream.range(0, 40)
                .mapToObj(
                    i ->
                        CompletableFuture.runAsync(
                            () -> {
                              try (Response response = client.newCall(request).execute()) {
                                targets.put(
                                    String.valueOf(response.header("x-echo")),
                                    FeedbackTarget.of(response)
                                        .flatMap(target -> target.id(TRACE))
                                        .orElseThrow());
                              } catch (IOException e) {
                                throw new AssertionError(e);
                              }
                            }))
                .toArray(CompletableFuture<?>[]::new))
        .join();

    assertThat(targets).hasSize(40);
    assertThat(targets).allSatisfy((sent, told) -> assertThat(told).isEqualTo(sent));
  }

  @Test
  void aRedirectKeepsTheTarget() throws IOException {
    llm.enqueue(Reply.of(307, "").header("Location", llm.url() + "/v2/chat"));
    llm.enqueue(Reply.of(200, "{}").header("x-portkey-trace-id", "t2"));

    assertThat(call(TargetInterceptor.catching(TRACE), request().build()))
        .contains(Target.of(TRACE, "t2"));
  }

  @Test
  void nothingThatGoesWrongWithAnIdBreaksTheCall() throws IOException {
    TargetInterceptor catching = TargetInterceptor.catching(TRACE, REQUEST).choosing(TRACE);
    llm.answerAll(seen -> Reply.of(200, "{}").header("Helicone-Id", "h1"));

    assertThat(
            call(
                catching.chosenFrom(
                    () -> {
                      throw new IllegalStateException("a bug");
                    }),
                request().build()))
        .contains(Target.of(REQUEST, "h1"));
    assertThat(call(catching.chosenFrom(() -> "a\nb"), request().build()))
        .contains(Target.of(REQUEST, "h1"));
    llm.enqueue(
        Reply.of(200, "{}").header("x-portkey-trace-id", "a\tb").header("Helicone-Id", "h1"));
    assertThat(call(TargetInterceptor.catching(TRACE, REQUEST), request().build()))
        .contains(Target.of(REQUEST, "h1"));
  }

  @Test
  @SuppressWarnings("NullAway") // what a supplier without a null checker can give
  void aSupplierThatGivesNoIdOrThrowsAnythingLeavesTheCallAsItIs() throws IOException {
    TargetInterceptor choosing = TargetInterceptor.catching(TRACE).choosing(TRACE, REQUEST);
    List<Supplier<String>> bad =
        List.of(
            () -> null,
            () -> "",
            () -> " ",
            () -> " padded",
            () -> "größer",
            () -> "\ud83d",
            () -> throwing(new AssertionError("a bug")),
            () -> throwing(new StackOverflowError()),
            () -> throwing(new IOException("no ids left")));
    for (Supplier<String> ids : bad) {
      assertThat(call(choosing.chosenFrom(ids), request().build())).isEmpty();
      assertThat(llm.take().headers())
          .doesNotContainKeys("x-portkey-trace-id", "Helicone-Request-Id");
    }
  }

  /** As Kotlin does: without declaring it. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> String throwing(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void aSupplierThatIsInterruptedLeavesTheThreadInterrupted() {
    TargetInterceptor interrupted =
        TargetInterceptor.catching(TRACE)
            .choosing(TRACE)
            .chosenFrom(() -> throwing(new InterruptedException()));
    AtomicBoolean flag = new AtomicBoolean();
    OkHttpClient client =
        with(interrupted)
            .newBuilder()
            .addInterceptor(
                chain -> {
                  flag.set(Thread.interrupted());
                  return chain.proceed(chain.request());
                })
            .build();

    assertThatCode(() -> client.newCall(request().build()).execute().close())
        .doesNotThrowAnyException();
    assertThat(flag).isTrue();
  }

  @Test
  @SuppressWarnings("removal") // newer JDKs
  void whatStopsTheThreadIsThrownOn() {
    TargetInterceptor stopped =
        TargetInterceptor.catching(TRACE)
            .choosing(TRACE)
            .chosenFrom(() -> throwing(new ThreadDeath()));

    assertThatThrownBy(() -> call(stopped, request().build())).isInstanceOf(ThreadDeath.class);
    assertThat(llm.count()).isZero();
  }

  @Test
  void ofTwoValuesTheFirstThatCanBeAnIdCounts() throws IOException {
    Request request =
        request()
            .addHeader("x-portkey-trace-id", "a\tb")
            .addHeader("x-portkey-trace-id", "t1")
            .addHeader("x-portkey-trace-id", "t2")
            .build();

    assertThat(call(TargetInterceptor.catching(TRACE), request)).contains(Target.of(TRACE, "t1"));
  }

  @Test
  void aBadIdInTheAnswerLeavesTheGoodOneThatWasSent() throws IOException {
    llm.enqueue(Reply.of(200, "{}").header("Helicone-Id", "a\tb"));

    assertThat(
            call(
                TargetInterceptor.catching(REQUEST).choosing(REQUEST).chosenFrom(() -> "chosen"),
                request().build()))
        .contains(Target.of(REQUEST, "chosen"));
  }

  @Test
  void nullKeysAreRefusedByName() {
    assertThatThrownBy(() -> TargetInterceptor.catching(BadInput.<TargetKey[]>absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("target keys must not be null");
    assertThatThrownBy(() -> TargetInterceptor.catching(TRACE, BadInput.absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("target key must not be null");
    assertThatThrownBy(
            () -> TargetInterceptor.catching(TRACE).choosing(BadInput.<TargetKey[]>absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("target keys must not be null");
    assertThatThrownBy(
            () -> TargetInterceptor.catching(TRACE).choosing(BadInput.<TargetKey>absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("target key must not be null");
  }

  @Test
  void aResponseThatNoInterceptorSawHasNoTarget() throws IOException {
    try (Response response = new OkHttpClient().newCall(request().build()).execute()) {
      assertThat(FeedbackTarget.of(response)).isEmpty();
    }
    assertThat(new FeedbackTarget()).hasToString("FeedbackTarget not known");
  }

  @Test
  void aKeyWithoutAHeaderIsRefusedWhenTheInterceptorIsMade() {
    assertThatThrownBy(() -> TargetInterceptor.catching(DATAPOINT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("humanloop/datapoint has no header");
    assertThatThrownBy(() -> TargetInterceptor.catching(TRACE).choosing(DATAPOINT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("humanloop/datapoint has no request header");
    assertThatThrownBy(TargetInterceptor::catching).isInstanceOf(IllegalArgumentException.class);
  }
}
