package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.baseplate.BaseplateFeedbackClient;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.humanloop.HumanloopFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The real providers: asked for by name only, with one thumbs up and one update each. */
final class RealProviders {
  /** Creates each client, by provider; a test passes other factories. */
  static final Map<String, Supplier<FeedbackClient>> FACTORIES = factories();

  private static final Map<String, String> KEYS =
      Map.of(
          "portkey", "PORTKEY_API_KEY",
          "humanloop", "HUMANLOOP_API_KEY",
          "helicone", "HELICONE_API_KEY",
          "baseplate", "BASEPLATE_API_KEY");

  private final Map<String, Supplier<FeedbackClient>> factories;
  private final Screen screen;

  RealProviders(Map<String, Supplier<FeedbackClient>> factories, Screen screen) {
    this.factories = factories;
    this.screen = screen;
  }

  private static Map<String, Supplier<FeedbackClient>> factories() {
    Map<String, Supplier<FeedbackClient>> factories = new LinkedHashMap<>();
    factories.put("portkey", PortkeyFeedbackClient::fromEnv);
    factories.put("humanloop", HumanloopFeedbackClient::fromEnv);
    factories.put("helicone", HeliconeFeedbackClient::fromEnv);
    factories.put("baseplate", BaseplateFeedbackClient::fromEnv);
    return factories;
  }

  /** Prints which keys are set, and that they are not used. */
  void mentionKeys(Map<String, String> environment) {
    List<String> found =
        factories.keySet().stream()
            .filter(name -> environment.containsKey(KEYS.get(name)))
            .toList();
    if (!found.isEmpty()) {
      screen.heading("Keys found in the environment and not used: " + String.join(", ", found));
      screen.say("To send one thumbs up and one update to ids of yours: --real portkey=<traceId>");
    }
  }

  /** Sends to the named ids; returns whether everything succeeded. */
  boolean send(Map<String, String> targets) {
    boolean well = true;
    for (Map.Entry<String, String> target : targets.entrySet()) {
      screen.heading("The real " + target.getKey() + ", id " + target.getValue());
      try (FeedbackClient client = open(target.getKey())) {
        send(client, Feedback.on(target.getValue()).thumbsUp().build());
      } catch (FeedbackException | IllegalArgumentException e) {
        screen.say(e);
        well = false;
      }
    }
    return well;
  }

  private FeedbackClient open(String provider) {
    return Objects.requireNonNull(factories.get(provider), provider).get();
  }

  private void send(FeedbackClient client, Feedback feedback) {
    Receipt receipt = client.submit(feedback);
    screen.say("thumbs up: " + receipt);
    client
        .extension(SupportsUpdate.class)
        .ifPresentOrElse(
            power -> screen.say("update: " + power.update(receipt, feedback)),
            () -> screen.say("no update: this provider has none"));
  }
}
