package io.github.llmfeedback.contract;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** No part of a feedback is lost silently. */
interface PartsContract extends ClientUnderTest {
  @Tag("parts")
  @EveryPartEveryWay
  default void everyPartIsInTheRequestOrRefusedAsDeclared(Part part, Way way) {
    accounting(way).keepsOrRefuses(part);
  }

  @Tag("parts")
  @EveryPartEveryWay
  default void everyPartIsInTheRequestOrOnTheReceiptAsALossWhenLossesAreAccepted(
      Part part, Way way) {
    accounting(way).keepsOrReports(part);
  }

  private PartAccounting accounting(Way way) {
    server().answerAll(this::accept);
    return new PartAccounting(
        this, freshTargetId(), (policy, feedback) -> submit(way, policy, feedback));
  }

  private Observed submit(Way way, LossPolicy policy, Feedback feedback) {
    try (FeedbackClient client = open(quick().lossPolicy(policy).build())) {
      return Observed.of(server(), () -> way.hand(client, List.of(feedback)).get(0).orThrow());
    }
  }
}
