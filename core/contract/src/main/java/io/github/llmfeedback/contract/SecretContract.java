package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.Hostility.fault;
import static io.github.llmfeedback.contract.Hostility.http2;
import static io.github.llmfeedback.contract.Hostility.onTheWay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API key goes to the provider and nowhere else, even if the provider repeats it. */
interface SecretContract extends ClientUnderTest {
  @EveryWay
  default void theKeyIsSentAndShownByNeitherClientNorReceipt(Way way) {
    try (FeedbackClient client = openAccepted()) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(server().take().headers().toString()).contains(API_KEY);
      assertThat(client + " " + outcome + " " + outcome.orThrow() + client.capabilities())
          .doesNotContain(API_KEY);
    }
  }

  @EveryWay
  default void noErrorShowsTheKeyThoughTheServerRepeatsIt(Way way) {
    String echo = "{\"error\":\"" + API_KEY + "\",\"message\":\"" + API_KEY + "\"}";
    for (int status : List.of(400, 401, 422, 429, 500)) {
      showsNoKey(way, Reply.of(status, echo).header("x-request-id", API_KEY));
    }
    showsNoKey(way, Reply.of(302, "").header("Location", "https://" + API_KEY + ".example/"));
    showsNoKey(way, Reply.of(200, "<p>" + API_KEY + "</p>").header("Content-Type", "text/html"));
    showsNoKey(way, Reply.fault(Fault.CLOSED_AFTER_REQUEST));
  }

  @Test
  default void aKeyThatTheServerRepeatsIsReplacedInTheBodyAndTheRestOfItStays() {
    server().answerAll(seen -> Reply.of(401, "{\"error\":\"no such key: " + API_KEY + "\"}"));
    try (FeedbackClient client = open(quick().build())) {
      assertThatThrownBy(() -> client.submit(plain(freshTargetId()).build()))
          .isInstanceOfSatisfying(
              RejectedFeedbackException.class,
              error ->
                  assertThat(error.body())
                      .startsWith("{\"error\":\"no such key: ")
                      .doesNotContain(API_KEY));
    }
  }

  @EveryWay
  default void noErrorShowsTheKeyThoughItStandsInTheBaseUrl(Way way) {
    server().answerAll(seen -> Reply.of(404, "{}"));
    try (FeedbackClient client = open(server().url() + "/" + API_KEY, API_KEY, quick().build())) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(everything(outcome)).doesNotContain(API_KEY);
    }
  }

  /** OkHttp quotes what it cannot parse. */
  @EveryWay
  default void noErrorShowsWhatStandsInAMalformedHead(Way way) {
    String planted = API_KEY + " wq7zk-head \u001b[31m";
    for (Hostility malformed :
        List.of(
            fault("", exchange -> exchange.take().lines(planted + "\n\n")),
            fault("", exchange -> exchange.take().lines("HTTP/1.1 2" + planted + "\n\n")),
            fault(
                "",
                exchange -> {
                  exchange.take().ok("Transfer-Encoding: chunked\n");
                  exchange.lines(planted + "\n");
                }),
            http2(
                "",
                stream -> {
                  stream.take();
                  stream.head("X-" + planted + "\nforged", "v");
                }))) {
      showsNothingOf(way, malformed);
    }
  }

  @EveryWay
  default void noErrorShowsTheNamesInACertificate(Way way) {
    showsNothingOf(way, onTheWay("", Route.WRONG_HOST));
  }

  private void showsNothingOf(Way way, Hostility hostility) {
    try (HostileServer hostile = new HostileServer(this, hostility);
        FeedbackClient client =
            open(
                hostility.route().url(hostile),
                API_KEY,
                hostility.route().settings(hostile, quick()))) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(everything(outcome))
          .doesNotContainIgnoringCase(API_KEY)
          .doesNotContainIgnoringCase("wq7zk-")
          .doesNotContain("forged", "\u001b");
    }
  }

  /** A token in the path, as some gateways have it, long and short. */
  @EveryWay
  default void noErrorShowsATokenInTheBaseUrl(Way way) {
    String token = "g4teway-T0ken_4711-0815";
    String brief = "g4te-77";
    String base = server().url() + "/" + brief + "/" + token;
    for (Reply reply :
        List.of(
            Reply.of(
                    404,
                    "{\"error\":{\"code\":\"" + token + "\",\"message\":\"no " + token + "\"}}")
                .header("x-request-id", token),
            Reply.of(302, token).header("Location", "https://" + token.replace("_", "") + ".io/"),
            Reply.fault(Fault.CLOSED_AFTER_REQUEST))) {
      server().answerAll(seen -> reply);
      try (FeedbackClient client = open(base, API_KEY, quick().build())) {
        Outcome outcome = way.hand(client, plain(1)).get(0);
        assertThat(everything(outcome) + client)
            .contains(server().url() + "/…/")
            .doesNotContainIgnoringCase(token)
            .doesNotContainIgnoringCase(token.replace("_", ""))
            .doesNotContain(brief);
      }
    }
  }

  @Test
  default void theKeyLeavesThisMachineReadableOnlyIfThatIsAllowed() {
    String plain = "http://host.invalid/" + API_KEY;
    assertThatThrownBy(() -> open(plain, API_KEY, quick().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowPlainHttp(true)")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(API_KEY));
    open(plain, API_KEY, quick().allowPlainHttp(true).build()).close();
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(
      strings = {"\n", "\r\nX-More: 1", "\t", "\0", "\u007f", "é", "\u2028", "\ud83d\ude00"})
  default void aKeyThatNoHeaderCanHoldIsRefusedWithoutBeingShown(String bad) {
    int middle = API_KEY.length() / 2;
    List<String> parts = List.of(API_KEY.substring(0, middle), API_KEY.substring(middle));
    for (String key : List.of(String.join(bad, parts), API_KEY + bad, bad + API_KEY)) {
      assertThatThrownBy(() -> open(server().url(), key, quick().build()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasNoCause()
          .hasMessageContaining("U+%04X".formatted((int) bad.charAt(0)))
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(parts));
    }
  }

  @EveryWay
  default void noWordOfAFeedbackIsShownNorNamesAThread(Way way) {
    Set<String> names = ConcurrentHashMap.newKeySet();
    for (int status : List.of(200, 400, 401, 422, 429, 500)) {
      server()
          .answerAll(
              seen -> {
                Thread.getAllStackTraces().keySet().forEach(each -> names.add(each.getName()));
                return status == 200 ? accept(seen) : Reply.of(status, seen.body());
              });
      Feedback wordy = wordy();
      try (FeedbackClient client = open(quick().lossPolicy(LossPolicy.ANY).build())) {
        Outcome outcome = way.hand(client, List.of(wordy)).get(0);
        assertThat(wordy + " " + client + outcome + outcome.receipt()).doesNotContain("wq7zk-");
        outcome.error().ifPresent(e -> assertThat(stackTrace(e)).doesNotContain("wq7zk-"));
      }
    }
    assertThat(names).isNotEmpty().noneMatch(it -> it.contains("wq7zk-") || it.contains(API_KEY));
  }

  /** Only codes from a server are shown; these are not codes, but the person's own text. */
  @EveryWay
  default void noErrorShowsAWordOfAFeedbackAsTheServersCode(Way way) {
    Pattern words = Pattern.compile("wq7zk-[a-z]+");
    server()
        .answerAll(
            seen -> {
              Matcher said = words.matcher(seen.body());
              String place = "{\"code\":\"" + (said.find() ? said.group() : "none") + "\"}";
              return Reply.of(
                  400, "{\"error\":" + place + ",\"data\":" + place + ",\"detail\":" + place + "}");
            });
    try (FeedbackClient client = open(quick().lossPolicy(LossPolicy.ANY).build())) {
      Outcome outcome = way.hand(client, List.of(wordy())).get(0);
      RejectedFeedbackException error = (RejectedFeedbackException) outcome.error().orElseThrow();
      assertThat(error.status()).isEqualTo(400);
      assertThat(stackTrace(error) + outcome).doesNotContain("wq7zk-");
    }
  }

  /** A feedback with text in every part that can hold text. */
  private Feedback wordy() {
    Feedback.Builder wordy = plain(freshTargetId());
    Stream.of(Part.COMMENT, Part.CORRECTION, Part.ISSUE, Part.ACTION, Part.AUTHOR, Part.METADATA)
        .forEach(part -> Sentinel.of(part).get(0).in(wordy));
    return wordy.build();
  }

  private void showsNoKey(Way way, Reply reply) {
    server().answerAll(seen -> reply);
    try (FeedbackClient client = open(quick().build())) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(everything(outcome)).doesNotContain(API_KEY);
    }
  }

  /** Whatever an application may log of a failure, causes and bodies too. */
  static String everything(Outcome outcome) {
    FeedbackException error = outcome.error().orElseThrow();
    StringBuilder text = new StringBuilder(stackTrace(error)).append(outcome).append(error);
    if (error instanceof RejectedFeedbackException rejected) {
      text.append(rejected.body());
      text.append(rejected.code() + " " + rejected.hint() + " " + rejected.requestId());
    } else if (error instanceof UnreadableResponseException unreadable) {
      text.append(unreadable.body());
    }
    return text.toString();
  }

  private static String stackTrace(Throwable error) {
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
