package io.github.llmfeedback.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A comparison is fair only if both sides send the same. */
class ReadyMadeTest {
  private static final int FEEDBACKS = 3;

  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final HttpServer server;

  ReadyMadeTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          requests.add(
              shown(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), body));
          exchange.sendResponseHeaders(500, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aFeedbackToPortkeyIsTheSame() {
    try (FeedbackClient client = client(Samples::portkey)) {
      client.submitAll(List.of(Samples.feedback("trace-1")));
    }

    assertThat(requests.remove()).isEqualTo(shown(ReadyMade.portkeySingly(1)));
  }

  @Test
  void aListToPortkeyIsTheSame() {
    try (FeedbackClient client = client(Samples::portkey)) {
      client.submitAll(
          IntStream.range(0, FEEDBACKS)
              .mapToObj(i -> Samples.feedback(ReadyMade.target(i)))
              .toList());
    }

    assertThat(requests.remove()).isEqualTo(shown(ReadyMade.portkey(FEEDBACKS)));
  }

  @Test
  void aListToHumanloopIsTheSame() {
    submitThumbs(Samples::humanloop);

    assertThat(requests.remove()).isEqualTo(shown(ReadyMade.humanloop(FEEDBACKS)));
  }

  @Test
  void aListToBaseplateIsTheSame() {
    submitThumbs(Samples::baseplate);

    assertThat(requests.remove()).isEqualTo(shown(ReadyMade.baseplate(FEEDBACKS)));
  }

  @Test
  void aRatingToHeliconeIsTheSame() {
    try (FeedbackClient client = client(Samples::helicone)) {
      client.submitAll(List.of(Samples.thumb(Samples.uuid(0))));
    }

    assertThat(requests.remove())
        .isEqualTo(
            shown(ReadyMade.heliconeSingly(1))
                .replace("5d3c9e1f-72ab-4000-8000-000000000000", Samples.uuid(0)));
  }

  private void submitThumbs(BiFunction<String, ClientSettings, FeedbackClient> provider) {
    try (FeedbackClient client = client(provider)) {
      client.submitAll(
          IntStream.range(0, FEEDBACKS).mapToObj(i -> Samples.thumb(ReadyMade.target(i))).toList());
    }
  }

  private FeedbackClient client(BiFunction<String, ClientSettings, FeedbackClient> provider) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    return provider.apply(url, ClientSettings.builder().maxRetries(0).build());
  }

  private static String shown(ReadyMade readyMade) {
    return shown(readyMade.method(), readyMade.path(), readyMade.bodies().get(0));
  }

  private static String shown(String method, String path, byte[] body) {
    return method + " " + path + " " + new String(body, StandardCharsets.UTF_8);
  }
}
