package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.contract.AnswerProperties;
import io.github.llmfeedback.contract.ClientUnderTest;
import java.util.List;

class HumanloopAnyAnswerTest extends AnswerProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new HumanloopContractTest();
  }

  @Override
  protected List<String> bodies() {
    return List.of(
        "[{\"id\":\"ann_1\",\"data_id\":\"d\"},{\"id\":\"ann_2\"}]",
        "{\"id\":\"ann_1\",\"type\":\"rating\",\"value\":\"good\"}",
        "{\"detail\":[{\"loc\":[\"body\",1,\"value\"],\"msg\":\"no\",\"type\":\"e\"}]}",
        "{\"detail\":{\"code\":\"no\"}}");
  }
}
