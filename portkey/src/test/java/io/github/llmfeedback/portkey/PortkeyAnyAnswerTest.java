package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.AnswerProperties;
import io.github.llmfeedback.contract.ClientUnderTest;
import java.util.List;

class PortkeyAnyAnswerTest extends AnswerProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new PortkeyContractTest();
  }

  @Override
  protected List<String> bodies() {
    return List.of(
        "{\"status\":\"success\",\"feedback_ids\":[\"a\",\"b\"]}",
        "{\"status\":\"failure\",\"message\":\"no\"}",
        "{\"success\":false,\"data\":{\"errorCode\":\"AB03\"}}",
        "{\"error\":{\"message\":\"no\",\"code\":\"AB04\"}}");
  }
}
