package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be done with entries that have no good fate. */
class OutboxEntriesTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final FeedbackException refused = RejectedFeedbackException.builder("own", 422).build();

  private final AtomicReference<@Nullable FeedbackException> answer =
      new AtomicReference<>(refused);
  private final OwnClient own = OwnClient.each(feedback -> answer.get());
  private final OwnClient other = OwnClient.each(feedback -> null);
  private final HeardFates fates = new HeardFates();
  private final Outbox outbox =
      Outbox.to("own", own).and("other", other).store(OutboxStore.memory()).listener(fates).open();

  @AfterEach
  void stop() {
    outbox.close(Duration.ZERO);
  }

  @Test
  void onlyWhatIsParkedOrRejectedIsTriedAgainAndThatIsCounted() {
    UUID id = outbox.add(on("a"));
    assertThat(outbox.flush(LONG)).isZero();
    answer.set(null);
    assertThat(outbox.retry("other", id)).as("delivered").isFalse();
    assertThat(outbox.retry(new UUID(1, 2))).isZero();
    assertThat(outbox.retry(id)).isEqualTo(1);
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(outbox.retry(id)).isZero();
    assertThat(outbox.stats().lane("own").retried()).isEqualTo(1);
    assertThat(outbox.stats().lane("own").delivered()).isEqualTo(1);
    assertThat(outbox.stats().lane("own").rejected()).isZero();
    assertThat(own.given()).isEqualTo(2);
  }

  @Test
  void whatAProviderRefusedIsForwardedToAnother() {
    outbox.addAll(ToyClient.many(1_500));
    assertThat(outbox.flush(LONG)).isZero();
    other.lists.clear();
    assertThat(outbox.forward("own", "other")).isEqualTo(1_500);
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(other.given()).isEqualTo(1_500);
    assertThat(outbox.stats().lane("own").dropped()).isEqualTo(1_500);
    assertThat(outbox.stats().lane("other").added()).isEqualTo(3_000);
    assertThat(outbox.forward("own", "other")).isZero();
    assertThatThrownBy(() -> outbox.forward("own", "none"))
        .isInstanceOf(IllegalArgumentException.class);
    Await.isTrue(
        "each is told",
        () ->
            fates.events.stream()
                    .filter(event -> event.reason().equals(Optional.of(Fate.Reason.FORWARDED)))
                    .count()
                == 1_500);
  }

  @Test
  void whatIsPendingIsForwardedOnlyFromALaneThatHasNoClient() {
    OutboxStore store = OutboxStore.memory();
    CompletableFuture<List<Outcome>> never = new CompletableFuture<>();
    try (Outbox two =
        Outbox.to("slow", new OwnClient(feedbacks -> never))
            .and("other", OwnClient.each(feedback -> null))
            .store(store)
            .closeTimeout(Duration.ZERO)
            .open()) {
      store.add(Set.of("slow", "gone"), List.of(new NewEntry(new UUID(7, 8), on("a"))));
      store.add(Set.of("slow", "gone"), List.of(new NewEntry(new UUID(7, 9), on("a"))));
      assertThat(two.forward("slow", "other")).isZero();
      assertThat(two.forward("gone", "other")).isEqualTo(2);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void aNullInAListIsNamedByItsPlaceAndNothingIsStored() {
    assertThatThrownBy(() -> outbox.addAll(Arrays.asList(on("a"), null)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("feedback 1 of the list must not be null; nothing was stored");
    assertThat(outbox.stats().lane("own").added()).isZero();
  }

  @Test
  void aLaneThatTheStoreDoesNotHaveIsNamedWithThoseThatItHas() {
    assertThatThrownBy(() -> outbox.entries("onw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lane must be a lane of the store, which has [other, own], not onw");
    assertThatThrownBy(() -> outbox.forward("onw", "own"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("from must be a lane of the store");
  }

  @Test
  void aClientHasOneLane() {
    assertThatThrownBy(() -> Outbox.to("a", own).and("b", own))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sent everything twice");
  }

  @Test
  void linesOfAnExportAreFeedback() throws IOException {
    Feedback rich = Feedback.on("a").score(1, 0, 2).comment("a \"word\"\n").author("x").build();
    UUID id = outbox.add(rich);
    assertThat(outbox.flush(LONG)).isZero();
    StringBuilder out = new StringBuilder();
    assertThat(outbox.export("own", out, EntryState.REJECTED)).isEqualTo(1);
    assertThat(outbox.export("own", out, EntryState.PARKED)).isZero();
    assertThat(out.toString()).endsWith("\n").contains(id.toString(), "REFUSED", "422");
    assertThat(FeedbackJson.lenient().feedback(out.toString().strip())).isEqualTo(rich);
  }

  @Test
  void pagesLoseNoneWhileEntriesChange() {
    List<UUID> ids = outbox.addAll(ToyClient.many(1_300));
    assertThat(outbox.flush(LONG)).isZero();
    answer.set(null);
    try (Stream<OutboxEntry> entries = outbox.entries("own", EntryState.REJECTED)) {
      assertThat(
              entries
                  .peek(entry -> assertThat(outbox.retry("own", entry.id())).isTrue())
                  .map(OutboxEntry::id))
          .containsExactlyElementsOf(ids);
    }
    Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("own").delivered() == 1_300);
  }

  @Test
  void aFeedbackIsRedactedBeforeItIsStored() {
    try (Outbox redacting =
        Outbox.to("own", own)
            .store(OutboxStore.memory())
            .redact(feedback -> on("redacted"))
            .open()) {
      UUID id = redacting.add(on("secret"));
      assertThat(redacting.flush(LONG)).isZero();
      assertThat(Objects.requireNonNull(redacting.find(id).get("own")).feedback())
          .contains(on("redacted"));
      assertThat(own.lists.peek()).containsExactly(on("redacted"));
    }
  }
}
