package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Polling;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** A client that looks often, and what Helicone answers when it looks. */
abstract class HeliconeConfirmationFixture {
  static final String ID = "44444444-4444-4444-8444-444444444444";
  static final Feedback UP = Feedback.on(ID).thumbsUp().build();
  static final Duration LONG = Duration.ofMinutes(5);

  static final Reply YES = Reply.of(201, "{\"data\":null,\"error\":null}");
  static final Reply ABSENT = Reply.of(201, "{\"data\":[],\"error\":null}");
  static final Reply LOST = madeToday("query-lost");
  static final Reply STORED = madeToday("query-stored");

  static final String DOWN_ROW =
      "{\"data\":[{\"request_id\":\"" + ID + "\",\"scores\":{\"helicone-score-feedback\":0}}]}";
  static final Reply ROW_OF_ANOTHER =
      Reply.of(201, DOWN_ROW.replace("444444444444", "555555555555").replace(":0}", ":1}"));
  static final Receipt SENT =
      Receipt.builder("helicone", ID).state(Map.of("rating", List.of("true"))).build();
  static final InstantSource NOW = InstantSource.fixed(Instant.parse("2026-11-22T00:00:00Z"));
  static final Polling.Effort EFFORT = new Polling.Effort(7, Duration.ofSeconds(9));

  /** An observed answer as if its request had been made today: old ones cannot be rated. */
  private static Reply madeToday(String example) {
    Reply reply = WireExample.of("helicone/" + example + ".json").reply();
    String today = Instant.now().toString().substring(0, 10);
    return Reply.of(reply.status(), reply.body().replace("2026-11-21", today));
  }

  /** The same answer for a request made on another day. */
  static Reply madeOn(String day, Reply reply) {
    return Reply.of(
        reply.status(),
        reply.body().replaceAll("(created_at\":\")\\d{4}-\\d\\d-\\d\\d", "$1" + day));
  }

  final LoopbackServer server = new LoopbackServer();
  final ClientSettings settings =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(2)).build();
  final HeliconeFeedbackClient client = client(Duration.ofMillis(20), settings);

  HeliconeFeedbackClient client(Duration interval, ClientSettings settings) {
    return HeliconeFeedbackClient.builder("sk-test")
        .baseUrl(server.url())
        .settings(settings)
        .confirmInterval(interval)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }
}
