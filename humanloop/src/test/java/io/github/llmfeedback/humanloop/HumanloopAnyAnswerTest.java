package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.contract.AnswerProperties;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.Reply;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

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
        "{\"id\":\"ann_\\ud83d\"}",
        "{\"detail\":[{\"loc\":[\"body\",1,\"value\"],\"msg\":\"no\",\"type\":\"e\"}]}",
        "{\"detail\":{\"code\":\"no\"}}");
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyAnswerToCustomStatementsEndsInTheDocumentedWay(@ForAll("replies") Reply reply) {
    Feedback feedback = under().plain(1).get(0);
    HumanloopCustomFeedback custom =
        HumanloopCustomFeedback.on(under().idOf(feedback)).state("tone", "warm").build();
    Outcome outcome =
        outcome(reply, feedback, client -> ((HumanloopFeedbackClient) client).submitCustom(custom));
    isDocumented(reply, outcome);
  }
}
