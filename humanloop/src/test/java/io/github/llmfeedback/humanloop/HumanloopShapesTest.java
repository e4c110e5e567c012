package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Shapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client declares of whole feedbacks holds for a project with numeric ratings too. */
@Timeout(60)
class HumanloopShapesTest {
  @Test
  void shapesAreTakenAsDeclared() {
    NumericClient numeric = new NumericClient();
    try (LoopbackServer server = numeric.server()) {
      Shapes.areTakenAsRequiredTogether(numeric);
      Shapes.areTakenAsRequired(numeric);
      Shapes.areRecordedAlike(numeric);
      server.takeAll();
    }
  }

  private static final class NumericClient extends HumanloopContractTest {
    @Override
    public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
      return HumanloopFeedbackClient.builder(apiKey)
          .baseUrl(baseUrl)
          .settings(settings)
          .numericRatings()
          .build();
    }
  }
}
