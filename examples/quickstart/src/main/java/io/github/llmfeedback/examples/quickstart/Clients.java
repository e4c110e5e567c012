package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.baseplate.BaseplateFeedbackClient;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.humanloop.HumanloopFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.time.Duration;

/** One client for each provider of the sandbox. */
record Clients(
    PortkeyFeedbackClient portkey,
    HumanloopFeedbackClient humanloop,
    HeliconeFeedbackClient helicone,
    BaseplateFeedbackClient baseplate)
    implements AutoCloseable {

  static Clients of(Sandbox sandbox, ClientSettings settings) {
    return new Clients(
        PortkeyFeedbackClient.builder(sandbox.portkeyKey())
            .baseUrl(sandbox.portkeyBaseUrl())
            .settings(settings)
            .build(),
        HumanloopFeedbackClient.builder(sandbox.humanloopKey())
            .baseUrl(sandbox.humanloopBaseUrl())
            .settings(settings)
            .build(),
        HeliconeFeedbackClient.builder(sandbox.heliconeKey())
            .baseUrl(sandbox.heliconeBaseUrl())
            .confirmInterval(Duration.ofMillis(200)) // the sandbox's Helicone stores quickly
            .settings(settings)
            .build(),
        BaseplateFeedbackClient.builder(sandbox.baseplateKey(), sandbox.baseplateEndpointId())
            .baseUrl(sandbox.baseplateBaseUrl())
            .settings(settings)
            .build());
  }

  @Override
  public void close() {
    portkey.close();
    humanloop.close();
    helicone.close();
    baseplate.close();
  }
}
