package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What cannot be represented is refused before anything is sent. */
interface RefusalContract extends ClientUnderTest {
  @EveryWay
  default void aTargetWithoutAnIdForTheProviderIsRefused(Way way) {
    Target elsewhere = Target.of(TargetKey.of("somebody-else", "thing"), "x");
    Feedback feedback = plain(freshTargetId()).target(elsewhere).build();
    try (FeedbackClient client = openAccepted()) {
      Outcome outcome = way.hand(client, List.of(feedback)).get(0);
      assertThat(outcome.error())
          .containsInstanceOf(UnrepresentableFeedbackException.class)
          .hasValueSatisfying(e -> assertThat(e).hasMessageContaining(targetKey().toString()));
    }
    assertThat(server().count()).isZero();
  }

  @EveryWay
  default void aBareANamedAndASharedIdReachTheProviderAlike(Way way) {
    List<String> ids = List.of(freshTargetId(), freshTargetId(), freshTargetId());
    Target shared =
        targetKey().isChoosable()
            ? Target.shared(ids.get(2))
            : Target.shared("an id that this provider cannot have").and(targetKey(), ids.get(2));
    List<Feedback> feedbacks =
        Stream.of(Target.of(ids.get(0)), Target.of(targetKey(), ids.get(1)), shared)
            .map(target -> plain(freshTargetId()).target(target).build())
            .toList();
    try (FeedbackClient client = openAccepted()) {
      assertThat(way.hand(client, feedbacks))
          .extracting(outcome -> outcome.orThrow().target())
          .isEqualTo(ids);
    }
    assertThat(server().takeAll().stream().flatMap(seen -> targetIds(seen).stream()))
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  @SuppressWarnings("NullAway") // null is what this is about
  default void nullIsRefusedByNameAndThroughTheFuture() {
    try (FeedbackClient client = openAccepted()) {
      assertThatThrownBy(() -> client.submit(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("feedback");
      assertThat(client.submitAsync(null))
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withCauseInstanceOf(NullPointerException.class)
          .withMessageContaining("feedback");
    }
    assertThat(server().count()).isZero();
  }

  @Test
  default void nullInAListIsRefusedByItsIndexAndNothingIsSent() {
    List<Feedback> feedbacks = withNullAt(1);
    try (FeedbackClient client = openAccepted()) {
      assertThatThrownBy(() -> client.submitAll(feedbacks))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("feedback 1 ");
      assertThatThrownBy(() -> Way.result(client.submitAllAsync(feedbacks)))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("feedback 1 ");
    }
    assertThat(server().count()).isZero();
  }

  @Test
  default void nullInAStreamIsRefusedByItsIndexWhenThoseBeforeItAreDone() {
    List<Feedback> feedbacks = withNullAt(1);
    List<Outcome> outcomes = new ArrayList<>();
    try (FeedbackClient client = openAccepted()) {
      assertThatThrownBy(() -> client.submitEach(feedbacks.iterator(), outcomes::add))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("feedback 1 ");
    }
    assertThat(outcomes).hasSize(1).allMatch(Outcome::isAccepted);
    assertThat(server().takeAll().stream().flatMap(seen -> targetIds(seen).stream()))
        .containsExactly(idOf(feedbacks.get(0)));
  }

  @SuppressWarnings("NullAway") // null is what this is about
  private List<Feedback> withNullAt(int index) {
    Feedback[] feedbacks = plain(3).toArray(Feedback[]::new);
    feedbacks[index] = null;
    return Arrays.asList(feedbacks);
  }
}
