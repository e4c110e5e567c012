package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.HostileContract;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class HeliconeHostileTest extends HostileContract {
  HeliconeHostileTest() {
    super(new HeliconeContractTest(), true);
  }

  @TestFactory
  List<DynamicTest> whoWaitsUntilItIsStoredIsToldTheSameAndThatItIsStored() {
    return confirmedAsSubmitted(
        (client, feedback) ->
            ((HeliconeFeedbackClient) client).submitConfirmed(feedback, Duration.ofSeconds(8)));
  }
}
