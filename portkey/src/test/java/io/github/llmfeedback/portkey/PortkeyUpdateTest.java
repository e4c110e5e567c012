package io.github.llmfeedback.portkey;

import static io.github.llmfeedback.portkey.PortkeyExamples.TRACE;
import static io.github.llmfeedback.portkey.PortkeyExamples.example;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyUpdateTest extends PortkeyClientFixture {
  @Test
  void updatePutsTheWholeFeedbackWithItsWeightAndKeepsTheId() {
    server
        .enqueue(example("thumbs-up").reply())
        .enqueue(example("update").reply())
        .enqueue(example("update").reply());
    Receipt first = client.submit(Feedback.on(TRACE).thumbsUp().weight(0.5).build());
    Feedback changed = Feedback.on(TRACE).thumbsDown().build();

    Receipt second = client.update(first, changed);
    Receipt third = client.update(second, changed);

    assertThat(second.id()).contains("fb-1");
    assertThat(third.id()).contains("fb-1");
    server.take();
    for (int i = 0; i < 2; i++) {
      Seen seen = server.take();
      assertThat(seen.method()).isEqualTo("PUT");
      assertThat(seen.path()).isEqualTo("/v1/feedback/fb-1");
      WireExample.assertSameJson(seen.body(), "{\"value\":-1,\"weight\":0.5}");
    }
  }

  @Test
  void updateWithAWeightOfItsOwnChangesWhatTheReceiptKnows() {
    server.enqueue(example("update").reply()).enqueue(example("update").reply());

    Receipt updated =
        client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsDown().weight(0.5).build());
    client.update(updated, Feedback.on(TRACE).thumbsDown().build());

    assertThat(server.takeAll()).extracting(Seen::body).allMatch(b -> b.contains("\"weight\":0.5"));
  }

  @Test
  void updateIsRepeatedBecauseItCountsOnce() {
    server.enqueue(example("failed-500").reply()).enqueue(example("update").reply());

    Receipt updated = client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsDown().build());

    assertThat(updated.attempts()).isEqualTo(2);
    assertThat(server.takeAll()).extracting(Seen::method).containsExactly("PUT", "PUT");
  }

  @Test
  void updateIsAccountedForAsASubmit() {
    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(
            () -> client.update(receipt("fb-1"), Feedback.on(TRACE).comment("words").build()));
    assertThat(server.count()).isZero();
  }

  @Test
  void updateOfAnUnknownIdSaysSo() {
    server.enqueue(example("refused-unknown-id").reply());

    FeedbackException error =
        failure(() -> client.update(receipt("fb-1"), Feedback.on(TRACE).thumbsUp().build()));

    assertThat(error).hasMessageContainingAll("PUT", "404", "AB08", "this id");
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @Test
  void updateRefusesReceiptsThatAreNotItsOwn() {
    Feedback feedback = Feedback.on(TRACE).thumbsUp().build();
    Receipt foreign = Receipt.builder("helicone", TRACE).ids(List.of("fb-1")).build();
    Receipt elsewhere = Receipt.builder("portkey", "other").ids(List.of("fb-1")).build();

    assertThatIllegalArgumentException().isThrownBy(() -> client.update(foreign, feedback));
    assertThatIllegalArgumentException().isThrownBy(() -> client.update(elsewhere, feedback));
    assertThat(client.updateAsync(foreign, feedback)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }

  @Test
  void idOfAReceiptStaysOnePathSegment() {
    server.enqueue(200, SAVED);

    client.update(receipt("../a/b?c#d%2e"), Feedback.on(TRACE).thumbsUp().build());

    assertThat(server.take().path()).isEqualTo("/v1/feedback/..%2Fa%2Fb%3Fc%23d%252e");
  }

  @Test
  void feedbackStoredElsewhereIsUpdatedByAReceiptMadeOfItsId() {
    server.enqueue(200, SAVED);
    Receipt stored = PortkeyFeedbackClient.receiptOf(TRACE, "fb-7");

    client.update(Receipt.parse(stored.toText()), Feedback.on(TRACE).thumbsDown().build());

    Seen seen = server.take();
    assertThat(seen.method() + " " + seen.path()).isEqualTo("PUT /v1/feedback/fb-7");
    assertThat(seen.body()).isEqualTo("{\"value\":-1}");
    assertThat(stored.attempts()).as("none of ours").isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.receiptOf(TRACE, " "))
        .withMessage("feedback id must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortkeyFeedbackClient.receiptOf("", "fb-7"));
  }

  @Test
  void idWithCommasAndSemicolonsIsNoMatrixOfParameters() {
    server.enqueue(200, SAVED);

    client.update(receipt("a,b;c"), Feedback.on(TRACE).thumbsUp().build());

    assertThat(server.take().path()).isEqualTo("/v1/feedback/a%2Cb%3Bc");
  }

  @Test
  void updateIsAPowerThatNeutralCodeCanAskFor() {
    assertThat(client.extension(SupportsUpdate.class)).contains(client);
  }

  private static Receipt receipt(String id) {
    return Receipt.builder("portkey", TRACE).ids(List.of(id)).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "1e308",
        "1.0E308",
        "1.0000001",
        "-0.1",
        "Infinity",
        "0x1p-1",
        "0.5d",
        "",
        " 1",
        "a"
      })
  void aReceiptsWeightThatNoFeedbackCanHaveIsRefusedBeforeAnythingIsSent(String weight) {
    isWrong(Map.of("weight", List.of(weight)), "weight", "a number from 0 to 1");
    isWrong(Map.of("weight", List.of("0.5", weight)), "weight", "a number from 0 to 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"11", "-11", "0.5", "NaN", "1e1", "", "+1", "99999999999"})
  void aReceiptsValueThatNoFeedbackCanHaveIsRefusedBeforeAnythingIsSent(String value) {
    isWrong(Map.of("value", List.of(value)), "value", "a whole number from -10 to 10");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0", "1.0", "0.5", "4.9E-324", "1.0E-5", "0.1", "1"})
  void aReceiptsWeightThatAFeedbackCanHaveIsSentAgain(String weight) {
    server.enqueue(200, SAVED);

    client.update(
        receipt("fb-1").newBuilder().state(Map.of("weight", List.of(weight))).build(),
        Feedback.on(TRACE).thumbsUp().build());

    assertThat(server.take().body()).contains("\"weight\":" + Double.valueOf(weight));
  }

  /** Whether the feedback states a weight of its own or not. */
  private void isWrong(Map<String, List<String>> state, String what, String rule) {
    Receipt wrong = receipt("fb-1").newBuilder().state(state).build();
    Receipt read = Receipt.parse(wrong.toText());
    Feedback feedback = Feedback.on(TRACE).thumbsUp().build();
    String message =
        "receipt " + what + " must be " + rule + ", so this receipt is wrong; nothing was sent";
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> client.update(read, feedback))
        .withMessage(message)
        .matches(e -> e.field().equals("receipt " + what));
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(
            () -> client.updateAsync(read, feedback.newBuilder().weight(0.5).build()).join())
        .withCauseInstanceOf(InvalidFeedbackException.class)
        .withMessageContaining(message);
    assertThat(server.count()).isZero();
  }
}
