package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.HostileContract;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class HeliconeHostileTest extends HostileContract {
  /** With an interval of 1 s it sends at 0, 1, 2.5 and 4.75 s, and would next at 8.125 s. */
  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  HeliconeHostileTest() {
    super(
        new HeliconeContractTest() {
          @Override
          Duration confirmInterval() {
            return Duration.ofSeconds(1);
          }
        },
        true);
  }

  @TestFactory
  List<DynamicTest> whoWaitsUntilItIsStoredIsToldTheSameAndThatItIsStored() {
    return confirmedAsSubmitted(
        (client, feedback) -> ((HeliconeFeedbackClient) client).submitConfirmed(feedback, TIMEOUT));
  }
}
