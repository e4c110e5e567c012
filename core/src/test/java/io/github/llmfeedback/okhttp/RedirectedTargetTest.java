package io.github.llmfeedback.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host other than the requested one cannot change a target. */
@Timeout(30)
class RedirectedTargetTest {
  private static final TargetKey TRACE =
      TargetKey.of("portkey", "trace")
          .inResponseHeader("x-portkey-trace-id")
          .chosenInRequestHeader("x-portkey-trace-id");
  private static final TargetKey REQUEST =
      TargetKey.of("helicone", "request")
          .inResponseHeader("Helicone-Id")
          .chosenInRequestHeader("Helicone-Request-Id");
  private static final TargetInterceptor CATCHING = TargetInterceptor.catching(TRACE, REQUEST);
  private static final TargetInterceptor CHOOSING =
      CATCHING.choosing(TRACE, REQUEST).chosenFrom(() -> "chosen");
  private static final Target CHOSEN = Target.of(TRACE, "chosen").and(REQUEST, "chosen");
  private static final Reply EVIL =
      Reply.of(200, "{}").header("x-portkey-trace-id", "evil").header("helicone-id", "evil");

  @AutoClose private final LoopbackServer asked = new LoopbackServer();
  @AutoClose private final LoopbackServer other = new LoopbackServer();
  private final OkHttpClient.Builder http = new OkHttpClient.Builder();

  @BeforeEach
  void redirect() {
    asked.answerAll(seen -> toTheOther());
    other.answerAll(seen -> EVIL);
  }

  private Reply toTheOther() {
    return Reply.of(307, "").header("Location", other() + "/v1/chat");
  }

  /** Under its own name, because hosts are distinguished by name. */
  private String other() {
    return other.url().replace("127.0.0.1", "localhost");
  }

  private Request.Builder request() {
    return new Request.Builder()
        .url(asked.url() + "/v1/chat")
        .post(RequestBody.create("{\"q\":\"capital?\"}", MediaType.get("application/json")));
  }

  private Optional<Target> target() throws IOException {
    return target(request().build());
  }

  private Optional<Target> target(Request request) throws IOException {
    try (Response response = http.build().newCall(request).execute()) {
      assertThat(response.code()).isEqualTo(200);
      return FeedbackTarget.of(response);
    }
  }

  @Test
  void anotherHostNamesNoId() throws IOException {
    http.addInterceptor(CATCHING);
    assertThat(target()).isEmpty();
    assertThat(other.count()).isEqualTo(1);
  }

  @Test
  void theChosenIdStaysTheTarget() throws IOException {
    http.addInterceptor(CHOOSING);
    assertThat(target()).contains(CHOSEN);
  }

  @Test
  void aHolderOfTheApplicationsHearsNothingOfTheOtherHostEither() throws IOException {
    FeedbackTarget holder = new FeedbackTarget();
    http.addInterceptor(CHOOSING);
    assertThat(target(request().tag(FeedbackTarget.class, holder).build())).contains(CHOSEN);
    assertThat(holder.target()).contains(CHOSEN);
  }

  @Test
  void theIdThatTheAskedHostNamedWithItsRedirectIsTheTarget() throws IOException {
    asked.enqueue(toTheOther().header("x-portkey-trace-id", "t1"));
    http.addInterceptor(CHOOSING);
    assertThat(target()).contains(Target.of(TRACE, "t1").and(REQUEST, "chosen"));
  }

  @Test
  void theLastAnswerOfTheAskedHostCounts() throws IOException {
    asked
        .enqueue(toTheOther().header("x-portkey-trace-id", "t1").header("Helicone-Id", "h1"))
        .enqueue(Reply.of(200, "{}").header("x-portkey-trace-id", "t2"));
    other.enqueue(
        Reply.of(307, "")
            .header("Location", asked.url() + "/v2/chat")
            .header("x-portkey-trace-id", "evil"));
    http.addInterceptor(CATCHING);
    assertThat(target()).contains(Target.of(TRACE, "t2"));
  }

  @Test
  void aTrustedHostNamesIdsInWhateverCaseItIsWritten() throws IOException {
    http.addInterceptor(CHOOSING.trusting("Gateway.Example", "LOCALHOST"));
    assertThat(target()).contains(Target.of(TRACE, "evil").and(REQUEST, "evil"));
  }

  @Test
  void trustOutlivesWhatIsSaidLater() throws IOException {
    http.addInterceptor(
        CATCHING
            .trusting("localhost")
            .trusting("gateway.example")
            .choosing(TRACE)
            .chosenFrom(() -> "chosen"));
    assertThat(target()).contains(Target.of(TRACE, "evil").and(REQUEST, "evil"));
  }

  @Test
  void aHostThatALaterInterceptorPutsInNamesNoIdUnlessItIsTrusted() throws IOException {
    http.addInterceptor(CHOOSING).addInterceptor(moving());
    assertThat(target()).contains(CHOSEN);
    http.interceptors().set(0, CHOOSING.trusting("localhost"));
    assertThat(target()).contains(Target.of(TRACE, "evil").and(REQUEST, "evil"));
  }

  @Test
  void aLaterInterceptorThatHidesTheOtherHostChangesNothing() throws IOException {
    http.addInterceptor(CHOOSING)
        .addInterceptor(
            chain -> {
              Response response = moving().intercept(chain);
              return response.newBuilder().request(chain.request()).build();
            });
    assertThat(target()).contains(CHOSEN);
  }

  @Test
  void aHostThatAnEarlierInterceptorPutInIsTheOneThatWasAsked() throws IOException {
    http.addInterceptor(moving()).addInterceptor(CHOOSING).addNetworkInterceptor(CHOOSING);
    assertThat(target()).contains(Target.of(TRACE, "evil").and(REQUEST, "evil"));
    assertThat(other.take().header("Helicone-Request-Id")).isEqualTo("chosen");
  }

  private Interceptor moving() {
    HttpUrl url = HttpUrl.get(other() + "/v1/chat");
    return chain -> chain.proceed(chain.request().newBuilder().url(url).build());
  }

  @Test
  void withoutTheNetworkInterceptorOkHttpBringsTheChosenIdAlong() throws IOException {
    http.addInterceptor(CHOOSING);
    target();
    assertThat(other.take().header("Helicone-Request-Id")).isEqualTo("chosen");
  }

  @Test
  void withTheNetworkInterceptorTheChosenIdStaysWithTheAskedHost() throws IOException {
    http.addInterceptor(CHOOSING).addNetworkInterceptor(CHOOSING);
    assertThat(target()).contains(CHOSEN);
    Seen first = asked.take();
    assertThat(first.header("Helicone-Request-Id")).isEqualTo("chosen");
    assertThat(first.header("x-portkey-trace-id")).isEqualTo("chosen");
    Seen second = other.take();
    assertThat(second.headers()).doesNotContainKeys("Helicone-Request-Id", "x-portkey-trace-id");
    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void theChosenIdIsThereAgainWhenTheCallComesBack() throws IOException {
    asked.enqueue(toTheOther()).enqueue(200, "{}");
    other.enqueue(Reply.of(307, "").header("Location", asked.url() + "/v2/chat"));
    http.addInterceptor(CHOOSING).addNetworkInterceptor(CHOOSING);
    assertThat(target()).contains(CHOSEN);
    assertThat(asked.takeAll())
        .hasSize(2)
        .allSatisfy(seen -> assertThat(seen.header("Helicone-Request-Id")).isEqualTo("chosen"));
    assertThat(other.take().headers()).doesNotContainKey("Helicone-Request-Id");
  }

  @Test
  void aTrustedHostGetsTheChosenId() throws IOException {
    TargetInterceptor trusting = CHOOSING.trusting("localhost");
    http.addInterceptor(trusting).addNetworkInterceptor(trusting);
    target();
    assertThat(other.take().header("Helicone-Request-Id")).isEqualTo("chosen");
  }

  @Test
  void aHeaderThatTheApplicationSetGoesWhereverItsRequestGoes() throws IOException {
    http.addInterceptor(CHOOSING).addNetworkInterceptor(CHOOSING);
    assertThat(target(request().header("x-portkey-trace-id", "mine").build()))
        .contains(Target.of(TRACE, "mine").and(REQUEST, "chosen"));
    Seen seen = other.take();
    assertThat(seen.header("x-portkey-trace-id")).isEqualTo("mine");
    assertThat(seen.headers()).doesNotContainKey("Helicone-Request-Id");
  }

  @Test
  void aHeaderThatALaterInterceptorReplacedIsNotOurs() throws IOException {
    http.addInterceptor(CHOOSING)
        .addInterceptor(
            chain ->
                chain.proceed(
                    chain.request().newBuilder().header("x-portkey-trace-id", "mine").build()))
        .addNetworkInterceptor(CHOOSING);
    target();
    assertThat(other.take().header("x-portkey-trace-id")).isEqualTo("mine");
  }

  @Test
  void twoThatChooseBothKeepTheirIdsFromTheOtherHost() throws IOException {
    TargetInterceptor trace = TargetInterceptor.catching(TRACE).choosing(TRACE);
    TargetInterceptor request = TargetInterceptor.catching(REQUEST).choosing(REQUEST);
    http.addInterceptor(trace)
        .addInterceptor(request)
        .addNetworkInterceptor(trace)
        .addNetworkInterceptor(request);
    target();
    assertThat(asked.take().headers()).containsKeys("x-portkey-trace-id", "Helicone-Request-Id");
    assertThat(other.take().headers())
        .doesNotContainKeys("Helicone-Request-Id", "x-portkey-trace-id");
  }

  @Test
  void asANetworkInterceptorAloneItDoesNothing() throws IOException {
    http.addNetworkInterceptor(CHOOSING);
    assertThat(target()).isEmpty();
    assertThat(asked.take().headers()).doesNotContainKey("Helicone-Request-Id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "https://gateway.example",
        "gateway.example:443",
        "gateway.example/v1",
        "user@gateway.example",
        "*.gateway.example",
        "gateway.example?",
        "gate way",
        "gateway.example\n"
      })
  void whatIsNotAHostCannotBeTrusted(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATCHING.trusting("fine.example", host))
        .withMessageStartingWith("a trusted host must be a host alone, such as gateway.example");
  }

  @Test
  void nullIsNotAHostEither() {
    assertThatNullPointerException()
        .isThrownBy(() -> CATCHING.trusting(BadInput.<String>absent()))
        .withMessage("host must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> CATCHING.trusting(BadInput.<String[]>absent()))
        .withMessage("hosts must not be null");
  }

  @Test
  void theLineInTheLogHoldsNoWordOfTheOtherHost() throws IOException {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    http.addInterceptor(CATCHING);
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      target();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("TargetInterceptor.trusting")
        .doesNotContain("evil", "localhost");
  }
}
