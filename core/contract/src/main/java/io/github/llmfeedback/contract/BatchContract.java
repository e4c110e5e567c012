package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Several feedbacks have one outcome each, in input order, whatever happens to the others. */
interface BatchContract extends ClientUnderTest {
  @EveryWay
  default void outcomesComeInInputOrderThoughTheFirstAnswerIsTheLast(Way way) {
    List<Feedback> feedbacks = plain(250);
    String first = idOf(feedbacks.get(0));
    server()
        .answerAll(
            seen ->
                targetIds(seen).contains(first)
                    ? accept(seen).after(Duration.ofMillis(100))
                    : accept(seen));
    List<Outcome> outcomes;
    try (FeedbackClient client = open(quick().build())) {
      outcomes = way.hand(client, feedbacks);
    }
    assertThat(outcomes).hasSize(250);
    for (int i = 0; i < 250; i++) {
      isReceiptOf(feedbacks.get(i), i, outcomes.get(i));
    }
    assertThat(seenIds())
        .containsExactlyInAnyOrderElementsOf(feedbacks.stream().map(this::idOf).toList());
  }

  @EveryWay
  default void oneUnrepresentableItemCostsTheOthersNothing(Way way) {
    List<Feedback> feedbacks = new ArrayList<>(plain(5));
    Target elsewhere = Target.of(TargetKey.of("somebody-else", "thing"), "x");
    feedbacks.set(2, feedbacks.get(2).newBuilder().target(elsewhere).build());
    List<Outcome> outcomes;
    try (FeedbackClient client = openAccepted()) {
      outcomes = way.hand(client, feedbacks);
    }
    assertThat(outcomes).hasSize(5);
    for (int i : List.of(0, 1, 3, 4)) {
      isReceiptOf(feedbacks.get(i), i, outcomes.get(i));
    }
    assertThat(outcomes.get(2).index()).isEqualTo(2);
    assertThat(outcomes.get(2).feedback()).isSameAs(feedbacks.get(2));
    assertThat(outcomes.get(2).error()).containsInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(seenIds())
        .containsExactlyInAnyOrder(
            idOf(feedbacks.get(0)),
            idOf(feedbacks.get(1)),
            idOf(feedbacks.get(3)),
            idOf(feedbacks.get(4)));
  }

  @EveryWay
  default void noFeedbacksAreNoRequests(Way way) {
    try (FeedbackClient client = openAccepted()) {
      assertThat(way.hand(client, List.of())).isEmpty();
    }
    assertThat(server().count()).isZero();
  }

  private void isReceiptOf(Feedback feedback, int index, Outcome outcome) {
    assertThat(outcome.index()).isEqualTo(index);
    assertThat(outcome.feedback()).isSameAs(feedback);
    assertThat(outcome.orThrow().target()).isEqualTo(idOf(feedback));
    assertThat(outcome.orThrow().ids()).allMatch(id -> id.contains(idOf(feedback)));
  }

  private List<String> seenIds() {
    return server().takeAll().stream().flatMap(seen -> targetIds(seen).stream()).toList();
  }
}
