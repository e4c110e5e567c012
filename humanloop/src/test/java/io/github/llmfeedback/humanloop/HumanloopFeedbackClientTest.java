package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class HumanloopFeedbackClientTest extends HumanloopClientFixture {
  // One feedback.

  @Test
  void oneStatementIsPostedAsAnObject() {
    server.enqueue(example("thumbs-up").reply());

    Receipt receipt = client.submit(Feedback.on(DATAPOINT).thumbsUp().build());

    assertThat(receipt.provider()).isEqualTo("humanloop");
    assertThat(receipt.target()).isEqualTo(DATAPOINT);
    assertThat(receipt.ids()).containsExactly("ann_1");
    assertThat(receipt.assurance()).isEqualTo(Assurance.ACCEPTED);
    Seen seen = server.take();
    assertThat(seen.method()).isEqualTo("POST");
    assertThat(seen.path()).isEqualTo("/v4/feedback");
    WireExample.assertSameJson(
        seen.body(), "{\"type\":\"rating\",\"value\":\"good\",\"data_id\":\"data_1\"}");
  }

  @Test
  void severalStatementsArePostedAsOneArray() {
    server.answerAll(HumanloopClientFixture::mirror);

    Receipt receipt =
        client.submit(Feedback.on(DATAPOINT).thumbsUp().comment("Spot on").issue("tone").build());

    assertThat(receipt.ids()).containsExactly("ann_0", "ann_1", "ann_2");
    assertThat(receipt.id()).isEmpty();
    assertThat(types(server.take())).containsExactly("rating", "comment", "issue");
  }

  @Test
  void requestCarriesTheRawKeyAndWhoSendsIt() {
    server.enqueue(example("thumbs-up").reply());

    client.submit(Feedback.on(DATAPOINT).thumbsUp().build());

    Seen seen = server.take();
    assertThat(seen.header("X-API-KEY")).isEqualTo(KEY);
    assertThat(seen.header("Authorization")).isEmpty();
    assertThat(seen.header("Content-Type")).startsWith("application/json");
    assertThat(seen.header("User-Agent")).matches("llm-feedback-java/\\d\\S* \\(humanloop\\)");
  }

  @Test
  void sharedTargetNeedsTheDatapointBesideIt() {
    server.enqueue(example("thumbs-up").reply());
    Target shared = Target.shared("mine");

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> client.submit(Feedback.on(shared).thumbsUp().build()))
        .withMessageContaining("humanloop/datapoint");
    client.submit(
        Feedback.on(shared.and(HumanloopFeedbackClient.DATAPOINT, DATAPOINT)).thumbsUp().build());

    assertThat(datapoints(server.take())).containsExactly(DATAPOINT);
  }

  @Test
  void asyncErrorsComeThroughTheFuture() {
    server.enqueue(example("refused-text").reply());

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> client.submitAsync(Feedback.on(DATAPOINT).thumbsUp().build()).join())
        .withCauseInstanceOf(RejectedFeedbackException.class);
  }

  // What Humanloop cannot keep.

  @Test
  void whatHumanloopCannotKeepIsRefusedBeforeAnyRequest() {
    List<Feedback> all =
        List.of(
            Feedback.on(DATAPOINT).stars(4).build(),
            Feedback.on(DATAPOINT).stars(4).comment("Spot on").build(),
            Feedback.on(DATAPOINT).thumbsUp().weight(0.5).build(),
            Feedback.on(DATAPOINT).thumbsUp().metadata("zone", "eu").build());

    for (Feedback feedback : all) {
      FeedbackException error = failure(() -> client.submit(feedback));
      assertThat(error).isInstanceOf(UnrepresentableFeedbackException.class);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(client.submitAll(all)).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isZero();
  }

  @Test
  void refusalOfStarsNamesTheWayToKeepThem() {
    for (Feedback feedback :
        List.of(
            Feedback.on(DATAPOINT).stars(4).build(),
            Feedback.on(DATAPOINT).stars(4).comment("Spot on").build())) {
      assertThat(failure(() -> client.submit(feedback)))
          .hasMessageContaining("HumanloopFeedbackClient.builder(apiKey).numericRatings()");
    }
    assertThat(failure(() -> client.submit(Feedback.on(DATAPOINT).thumbsUp().weight(1).build())))
        .hasMessageNotContaining("numericRatings");
  }

  @Test
  void toleratedLossStandsOnTheReceipt() {
    reopen(QUICK.newBuilder().lossPolicy(LossPolicy.tolerating(Part.SCORE)).build());
    server.answerAll(HumanloopClientFixture::mirror);

    Receipt receipt = client.submit(Feedback.on(DATAPOINT).stars(4).comment("Spot on").build());

    assertThat(receipt.losses())
        .extracting(Loss::part, Loss::kind)
        .containsExactly(tuple(Part.SCORE, Loss.Kind.DROPPED));
    assertThat(types(server.take())).containsExactly("comment");
  }
}
