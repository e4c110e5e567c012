package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.contract.LoopbackServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A client of a server of the test's own, both closed after each test. */
abstract class HeliconeClientFixture {
  static final String KEY = "sk-helicone-s3cret";
  static final String ID = "11111111-1111-4111-8111-111111111111";
  static final String YES = "{\"data\":null,\"error\":null}";

  final LoopbackServer server = new LoopbackServer();
  final HeliconeFeedbackClient client =
      HeliconeFeedbackClient.builder(KEY)
          .baseUrl(server.url())
          .settings(
              ClientSettings.builder()
                  .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                  .maxRetries(1)
                  .build())
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }
}
