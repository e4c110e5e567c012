package io.github.llmfeedback.portkey;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Shapes;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client declares of whole feedbacks holds whatever was chosen when it was built. */
@Timeout(60)
class PortkeyShapesTest {
  static Stream<Arguments> choices() {
    return Stream.of(
        choice("a neutral value", builder -> builder.neutralValue(0)),
        choice("embedded parts", builder -> embedded(builder)),
        choice("both", builder -> embedded(builder).neutralValue(-3)),
        choice("the text at the top", builder -> builder.topLevelText()));
  }

  private static Arguments choice(
      String name, UnaryOperator<PortkeyFeedbackClient.Builder> choice) {
    return Arguments.of(name, choice);
  }

  private static PortkeyFeedbackClient.Builder embedded(PortkeyFeedbackClient.Builder builder) {
    return builder
        .embed(Part.LABEL, "label")
        .embed(Part.CORRECTION, "correction")
        .embed(Part.ISSUE, "issues")
        .embed(Part.ACTION, "actions")
        .embed(Part.OCCURRED_AT, "at");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("choices")
  void shapesAreTakenAsDeclared(String name, UnaryOperator<PortkeyFeedbackClient.Builder> choice) {
    Variant variant = new Variant(choice);
    try (LoopbackServer server = variant.server()) {
      Shapes.areTakenAsRequiredTogether(variant);
      Shapes.areTakenAsRequired(variant);
      Shapes.areRecordedAlike(variant);
      server.takeAll();
    }
  }

  private static final class Variant extends PortkeyContractTest {
    private final UnaryOperator<PortkeyFeedbackClient.Builder> choice;

    Variant(UnaryOperator<PortkeyFeedbackClient.Builder> choice) {
      this.choice = choice;
    }

    @Override
    public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
      return choice
          .apply(PortkeyFeedbackClient.builder(apiKey).baseUrl(baseUrl).settings(settings))
          .build();
    }
  }
}
