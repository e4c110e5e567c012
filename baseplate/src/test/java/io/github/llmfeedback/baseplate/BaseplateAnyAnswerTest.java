package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.contract.AnswerProperties;
import io.github.llmfeedback.contract.ClientUnderTest;
import java.util.List;

class BaseplateAnyAnswerTest extends AnswerProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new BaseplateContractTest();
  }

  @Override
  protected List<String> bodies() {
    return List.of(
        "{\"id\":\"log\",\"positive_rating\":true}", "{\"error\":\"no such endpoint\"}", "[]");
  }
}
