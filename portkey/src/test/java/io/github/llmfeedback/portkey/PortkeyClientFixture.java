package io.github.llmfeedback.portkey;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A client of a server of the test's own, both closed after each test. */
abstract class PortkeyClientFixture {
  static final String KEY = "pk-Zx81-secret";
  static final ClientSettings QUICK =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1)).build();
  static final String SAVED = "{\"status\":\"success\"}";

  final LoopbackServer server = new LoopbackServer();
  PortkeyFeedbackClient client = client(QUICK);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private PortkeyFeedbackClient client(ClientSettings settings) {
    return PortkeyFeedbackClient.builder(KEY)
        .baseUrl(server.url() + "/v1")
        .settings(settings)
        .build();
  }

  void reopen(ClientSettings settings) {
    client.close();
    client = client(settings);
  }

  static FeedbackException failure(Runnable act) {
    return catchThrowableOfType(FeedbackException.class, act::run);
  }
}
