package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.Receipt;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class HumanloopListenerTest extends HumanloopClientFixture {
  /** What a receipt needs for a later change may be words: of a metric's business they are not. */
  @Test
  void anOutcomesReceiptHasNoStateButItsCallersHas() {
    server.answerAll(HumanloopClientFixture::mirror);
    List<OutcomeEvent> heard = new CopyOnWriteArrayList<>();
    FeedbackListener listener =
        new FeedbackListener() {
          @Override
          public void onOutcome(OutcomeEvent event) {
            heard.add(event);
          }
        };

    Receipt receipt;
    try (HumanloopFeedbackClient client =
        HumanloopFeedbackClient.builder(KEY)
            .baseUrl(server.url())
            .settings(settings -> settings.listener(listener))
            .build()) {
      receipt = client.submit(Feedback.on(DATAPOINT).thumbsUp().issue("tone").build());
    }

    assertThat(receipt.state().toString()).contains("tone");
    assertThat(heard).hasSize(1);
    Receipt told = heard.get(0).receipt().orElseThrow();
    assertThat(told.state()).isEmpty();
    assertThat(told.ids()).isEqualTo(receipt.ids());
  }
}
