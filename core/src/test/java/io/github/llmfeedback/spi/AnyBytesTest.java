package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.Answers;
import io.github.llmfeedback.engine.RawServer;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Any bytes in place of an HTTP answer, and any body in one: an end that is documented, soon. */
class AnyBytesTest {
  private static final ClientSettings HASTY =
      ToyClient.impatient()
          .maxRetries(1)
          .attemptTimeout(Duration.ofSeconds(2))
          .totalTimeout(Duration.ofMillis(900))
          .batchTimeout(Duration.ofMillis(900))
          .build();

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyBytesEndInTheDocumentedWay(@ForAll("bytes") String bytes, @ForAll boolean list)
      throws Exception {
    RawServer.Script script =
        socket -> {
          RawServer.readRequest(socket);
          socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
          socket.getOutputStream().flush();
        };
    try (RawServer server = new RawServer(script);
        ToyClient client = new ToyClient(server.url(), ToyDialect.lists(3), HASTY)) {
      for (Outcome outcome : outcomes(client, list)) {
        isTrue(bytes, outcome);
      }
    }
  }

  private static List<Outcome> outcomes(ToyClient client, boolean list) throws Exception {
    List<Feedback> feedbacks = ToyClient.many(list ? 2 : 1);
    CompletableFuture<List<Outcome>> outcomes =
        list
            ? client.submitAllAsync(feedbacks)
            : client
                .submitAsync(feedbacks.get(0))
                .handle((receipt, error) -> List.of(outcome(feedbacks.get(0), receipt, error)));
    return outcomes.get(20, TimeUnit.SECONDS);
  }

  private static Outcome outcome(
      Feedback feedback, @Nullable Receipt receipt, @Nullable Throwable error) {
    return receipt != null
        ? Outcome.accepted(0, feedback, receipt)
        : Outcome.failed(0, feedback, (FeedbackException) Objects.requireNonNull(error));
  }

  private static void isTrue(String bytes, Outcome outcome) {
    if (outcome.isAccepted()) {
      assertThat(bytes).containsPattern("(HTTP/1\\.[01]|ICY) 2"); // OkHttp takes Shoutcast, too
      return;
    }
    FeedbackException error = outcome.error().orElseThrow();
    if (!error.mayHaveArrived()) {
      assertThat(error).isInstanceOf(RejectedFeedbackException.class);
      assertThat(bytes)
          .as("a refusal, by its status or by a success that names an error")
          .containsPattern("HTTP/1\\.[01] ([134]|[6-9])|(HTTP/1\\.[01]|ICY) 2(?s:.*)\"error\":");
    }
    StringWriter shown = new StringWriter();
    error.printStackTrace(new PrintWriter(shown, true));
    assertThat(shown.toString()).doesNotContain(ToyClient.KEY);
  }

  /** From a complete response to none, with faults in each of its lines. */
  @Provide
  Arbitrary<String> bytes() {
    Arbitrary<String> before =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just("")),
            Tuple.of(
                3,
                Arbitraries.of(
                    "HTTP/1.1 100 Continue\r\n\r\n",
                    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
                    "HTTP/1.1 102 \r\n\r\n".repeat(20),
                    "\r\n",
                    "\u0016\u0003\u0001\u0002\u0000",
                    ToyClient.KEY + "\r\n")));
    Arbitrary<String> first =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(100, 999).map(s -> "HTTP/1.1 " + s + " x")),
            Tuple.of(4, Arbitraries.just("HTTP/1.1 200 OK")),
            Tuple.of(
                2,
                Arbitraries.of(
                    "HTTP/1.1 99999 x",
                    "HTTP/1.1 -20 x",
                    "HTTP/1.0 200",
                    "HTTP/2 200 OK",
                    "HTTP",
                    "ICY 200 OK",
                    "HTTP/1.1 2000",
                    "HTTP/1.1 101 Switching Protocols",
                    "",
                    "HTTP/1.1 200 " + ToyClient.KEY,
                    "<html>",
                    "HTTP/1.1 20x OK")));
    Arbitrary<String> headers =
        Arbitraries.of(
                "Content-Length: 2",
                "Content-Length: 2",
                "Content-Length: -1",
                "Content-Length: 9",
                "Content-Length: 99999999999999999999",
                "Content-Length: x",
                ": x",
                "no colon",
                "Transfer-Encoding: chunked",
                "Content-Encoding: gzip",
                "X: \u00e9\u0000\u0007",
                "Content-Type: \u00ff;charset=\u00fe",
                "Retry-After: \u00e9",
                "Retry-After: 1",
                "Location: http://[",
                "X: " + "y".repeat(300_000),
                ToyClient.KEY + ": x",
                "Connection: upgrade",
                "Set-Cookie: \u0001")
            .list()
            .ofMaxSize(4)
            .map(lines -> String.join("", lines.stream().map(line -> line + "\r\n").toList()));
    Arbitrary<String> bodies =
        Arbitraries.oneOf(
            Arbitraries.of(
                "{}", "2\r\n{}\r\n0\r\n\r\n", "zz\r\n{}", "ffffffffff\r\n{}", "", "\r\n"),
            Answers.bodies(List.of("{}", "{\"objects\":[0]}", "{\"everyone\":true}")));
    return Combinators.combine(before, first, headers, bodies)
        .as((early, line, lines, body) -> early + line + "\r\n" + lines + "\r\n" + body);
  }
}
