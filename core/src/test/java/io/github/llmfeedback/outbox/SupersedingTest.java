package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.HeldReplies;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What need not be sent, because a later entry on its target says all of it. */
class SupersedingTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Capabilities ALL =
      Capabilities.of("toy").with(Support.NATIVE, Part.values());

  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private static Feedback.Builder on(String target) {
    return Feedback.on(target);
  }

  /** What of these, added at once, reaches a provider. */
  private static List<Feedback> sent(Capabilities capabilities, Feedback... feedbacks) {
    RecordingFeedbackClient client =
        RecordingFeedbackClient.builder(capabilities, ToyDialect.THING).build();
    try (Outbox outbox = Outbox.to(client).store(OutboxStore.memory()).open()) {
      outbox.addAll(List.of(feedbacks));
      assertThat(outbox.flush(LONG)).isZero();
      OutboxStats.Lane lane = outbox.stats().lane("toy");
      assertThat(lane.superseded()).isEqualTo(feedbacks.length - client.submitted().size());
      assertThat(lane.added()).isEqualTo(feedbacks.length);
      return client.submitted();
    }
  }

  private static final Feedback UP = Feedback.on("a").thumbsUp().build();
  private static final Feedback DOWN = Feedback.on("a").thumbsDown().build();
  private static final Feedback DOWN_WHY = Feedback.on("a").thumbsDown().comment("why").build();

  @Test
  void aProviderThatOverwritesGetsTheLastAlone() {
    assertThat(sent(ALL.overwriting(), UP, DOWN, UP, DOWN_WHY)).containsExactly(DOWN_WHY);
  }

  @Test
  void anotherProviderGetsAll() {
    assertThat(sent(ALL, UP, DOWN, DOWN_WHY)).containsExactly(UP, DOWN, DOWN_WHY);
  }

  @Test
  void whatTheLaterOneDoesNotStateIsSent() {
    assertThat(sent(ALL.overwriting(), DOWN_WHY, UP)).containsExactly(DOWN_WHY, UP);
    Feedback word = on("a").comment("word").build();
    assertThat(sent(ALL.overwriting(), word, UP)).containsExactly(word, UP);
  }

  @Test
  void anotherTargetIsNotSuperseded() {
    Feedback other = on("b").thumbsUp().build();
    assertThat(sent(ALL.overwriting(), other, UP)).containsExactlyInAnyOrder(other, UP);
  }

  @Test
  void aThumbAndAScoreAreTwoWaysToStateOneThing() {
    Feedback score = on("a").score(0.5, 0, 1).build();
    assertThat(sent(ALL.overwriting(), UP, score)).containsExactly(score);
    assertThat(sent(ALL.overwriting(), score, UP)).containsExactly(UP);
  }

  @Test
  void whatTheProviderWouldNotKeepSupersedesNothing() {
    Capabilities thumbs = Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS).overwriting();
    Feedback label = on("a").label("good").build();
    assertThat(sent(thumbs, UP, label)).as("both are given to the client").hasSize(2);
    assertThat(sent(thumbs, UP, DOWN_WHY)).as("its policy refuses the comment").hasSize(2);
  }

  @Test
  void whatWasTriedIsNotSupersededByWhatIsClaimedWithIt() {
    FeedbackClient client =
        RecordingFeedbackClient.builder(ALL.overwriting(), ToyDialect.THING).build();
    Claimed last = new Claimed(new Claim(new UUID(1, 2), 1), DOWN, 0);
    for (int attempts : new int[] {0, 1}) {
      Claimed first = new Claimed(new Claim(new UUID(1, 1), 1), UP, attempts);
      assertThat(Superseding.superseded(List.of(first, last), client))
          .isEqualTo(attempts == 0 ? Set.of(first) : Set.of());
    }
  }

  @Test
  void whatWasHandedOverIsNeverSuperseded() {
    HeldReplies held = HeldReplies.yes();
    server.enqueue(500, "").answerAll(held);
    FeedbackClient client =
        new ToyClient(
            server.url(), new ToyDialect(ALL.overwriting()), ToyClient.impatient().build());
    try (Outbox outbox =
        Outbox.to(client)
            .store(OutboxStore.memory())
            .backoff(Duration.ofMillis(200), Duration.ofMillis(200))
            .open()) {
      outbox.add(UP);
      Await.isTrue("it failed", () -> server.count() >= 1);
      outbox.add(DOWN);
      held.open();
      assertThat(outbox.flush(LONG)).isZero();
      assertThat(outbox.stats().lane("toy").delivered()).isEqualTo(2);
    }
    assertThat(server.takeAll().stream().map(seen -> seen.body().contains("DOWN")))
        .containsExactly(false, false, true);
  }

  @Test
  void whileSomethingIsBeingSentWhatWaitsBehindItIsSuperseded() {
    HeldReplies held = HeldReplies.yes();
    server.answerAll(held);
    FeedbackClient client = new ToyClient(server, new ToyDialect(ALL.overwriting()));
    try (Outbox outbox = Outbox.to(client).store(OutboxStore.memory()).open()) {
      outbox.add(UP);
      Await.isTrue("it is being sent", () -> server.count() == 1);
      outbox.add(DOWN);
      outbox.add(UP);
      outbox.add(DOWN_WHY);
      held.open();
      assertThat(outbox.flush(LONG)).isZero();
      assertThat(outbox.stats().lane("toy").superseded()).isEqualTo(2);
    }
    assertThat(server.count()).isEqualTo(2);
  }
}
