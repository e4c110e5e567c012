package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.Polling;
import java.time.Duration;
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
  static final Reply LOST = WireExample.of("helicone/query-lost.json").reply();
  static final Reply STORED = WireExample.of("helicone/query-stored.json").reply();

  static final String DOWN_ROW =
      "{\"data\":[{\"request_id\":\"" + ID + "\",\"scores\":{\"helicone-score-feedback\":0}}]}";
  static final Reply ROW_OF_ANOTHER =
      Reply.of(201, DOWN_ROW.replace("444444444444", "555555555555").replace(":0}", ":1}"));
  static final Receipt SENT =
      Receipt.builder("helicone", ID).state(Map.of("rating", List.of("true"))).build();
  static final Polling.Effort EFFORT = new Polling.Effort(7, Duration.ofSeconds(9));

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
