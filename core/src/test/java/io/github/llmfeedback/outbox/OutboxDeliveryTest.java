package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.HeldReplies;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of entries on real HTTP, with a store in memory. */
class OutboxDeliveryTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final LoopbackServer server = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
  private final LoopbackServer other = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
  private final List<Outbox> opened = new ArrayList<>();
  private final HeardFates fates = new HeardFates();

  @AfterEach
  void stop() {
    opened.forEach(outbox -> outbox.close(Duration.ZERO));
    server.close();
    other.close();
  }

  private Outbox open(Outbox.Builder builder) {
    Outbox outbox =
        builder
            .store(OutboxStore.memory())
            .backoff(Duration.ofMillis(5), Duration.ofMillis(5))
            .listener(fates)
            .open();
    opened.add(outbox);
    return outbox;
  }

  private ToyClient toy(ToyDialect dialect) {
    return new ToyClient(server.url(), dialect, ToyClient.impatient().build());
  }

  private Outbox open() {
    return open(Outbox.to(toy(ToyDialect.plain())));
  }

  private static OutboxEntry entry(Outbox outbox, UUID id) {
    return Objects.requireNonNull(outbox.find(id).get("toy"), "no entry in toy");
  }

  @Test
  void whatWasAddedIsDeliveredAndForgotten() {
    Outbox outbox = open();
    UUID id = outbox.add(on("a"));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.take().body()).contains("\"id\":\"a\"", "\"COMMENT\":\"word\"");
    assertThat(server.count()).isEqualTo(1);
    assertThat(outbox.find(id)).isEmpty();
    assertThat(outbox.stats().lane("toy").delivered()).isEqualTo(1);
    Await.isTrue("told", () -> fates.of(id).equals(List.of(Fate.DELIVERED)));
  }

  @Test
  void manyGoInTheListsThatTheProviderTakes() {
    Outbox outbox = open(Outbox.to(toy(ToyDialect.lists(10))));
    assertThat(outbox.addAll(ToyClient.many(100))).doesNotHaveDuplicates().hasSize(100);
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.count()).isEqualTo(10);
  }

  @Test
  void aProviderThatIsDownHoldsUpNoOther() {
    ToyClient down = toy(ToyDialect.plain());
    server.close();
    Outbox outbox =
        open(
            Outbox.to("down", down)
                .and("up", new ToyClient(other.url(), ToyDialect.plain(), settings())));
    UUID id = outbox.add(on("a"));
    Await.isTrue("delivered", () -> outbox.stats().lane("up").delivered() == 1);
    OutboxStats.Lane lane = outbox.stats().lane("down");
    assertThat(lane.pending() + lane.claimed()).isEqualTo(1);
    assertThat(outbox.find(id)).containsOnlyKeys("down");
    assertThat(outbox.flush(Duration.ofMillis(50))).isEqualTo(1);
  }

  private static io.github.llmfeedback.ClientSettings settings() {
    return ToyClient.impatient().build();
  }

  @Test
  void whatMayHaveArrivedIsParkedAndItsTargetGoesOn() {
    server.enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    Outbox outbox = open();
    List<UUID> ids = outbox.addAll(List.of(on("a"), on("a")));
    Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("toy").delivered() == 1);
    OutboxEntry parked = entry(outbox, ids.get(0));
    assertThat(parked.state()).isEqualTo(EntryState.PARKED);
    assertThat(parked.reason()).contains(Fate.Reason.UNCERTAIN);
    assertThat(parked.detail()).isNotEmpty();
    assertThat(parked.attempts()).isEqualTo(1);
    assertThat(server.count()).as("never sent twice").isEqualTo(2);
    Await.isTrue("told", () -> fates.of(ids.get(0)).equals(List.of(Fate.PARKED)));
  }

  @Test
  void whatMayHaveArrivedIsRepeatedIfThatWasChosen() {
    server.enqueue(500, "").enqueue(500, "");
    Outbox outbox = open(Outbox.to(toy(ToyDialect.plain())).repeatUncertain(true));
    UUID id = outbox.add(on("a"));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.count()).isEqualTo(3);
    Await.isTrue("told", () -> fates.of(id).equals(List.of(Fate.DELIVERED)));
    assertThat(fates.events.peek().attempts()).isEqualTo(3);
  }

  @Test
  void whatMayHaveArrivedIsRepeatedToAProviderThatOverwrites() {
    server.enqueue(500, "").enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    Outbox outbox =
        open(
            Outbox.to(
                toy(
                    new ToyDialect(
                        Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT).overwriting()))));
    outbox.add(on("a"));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.count()).isEqualTo(3);
    assertThat(outbox.stats().lane("toy").delivered()).isEqualTo(1);
  }

  @Test
  void whatIsRefusedIsRejectedWithReasonAndDetail() {
    server.enqueue(422, "{\"message\":\"secret-words\"}");
    Outbox outbox = open();
    UUID id = outbox.add(on("a"));
    assertThat(outbox.flush(LONG)).isZero();
    OutboxEntry rejected = entry(outbox, id);
    assertThat(rejected.state()).isEqualTo(EntryState.REJECTED);
    assertThat(rejected.reason()).contains(Fate.Reason.REFUSED);
    assertThat(rejected.detail().orElseThrow()).contains("422").doesNotContain("secret-words");
    assertThat(rejected.feedback()).contains(on("a"));
    assertThat(outbox.stats().lane("toy").status()).isEqualTo(OutboxStats.Status.RUNNING);
  }

  @Test
  void whatTheProviderCannotKeepIsRejectedUnsent() {
    Outbox outbox = open();
    UUID id = outbox.add(Feedback.on("a").thumbsUp().build());
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(entry(outbox, id).reason()).contains(Fate.Reason.UNREPRESENTABLE);
    assertThat(entry(outbox, id).attempts()).isZero();
    assertThat(server.count()).isZero();
  }

  @Test
  void a403OfOneEntryBesideAcceptedOnesIsARejection() {
    server.answerAll(seen -> Reply.of(ToyClient.targets(seen).contains("bad") ? 403 : 200, "{}"));
    Outbox outbox = open();
    List<UUID> ids = outbox.addAll(List.of(on("a"), on("bad"), on("b")));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(entry(outbox, ids.get(1)).reason()).contains(Fate.Reason.REFUSED);
    assertThat(outbox.stats().lane("toy").delivered()).isEqualTo(2);
    assertThat(outbox.stats().lane("toy").status()).isEqualTo(OutboxStats.Status.RUNNING);
  }

  @Test
  void entriesOnATargetComeInOrderAlthoughTheFirstFailsForNow() {
    server.enqueue(429, "").enqueue(429, "").enqueue(429, "").enqueue(429, "");
    Outbox outbox = open();
    List<Feedback> steps =
        Stream.of("1", "2", "3").map(it -> Feedback.on("a").comment(it).build()).toList();
    outbox.addAll(steps.subList(0, 2));
    outbox.add(steps.get(2));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.takeAll().stream().map(seen -> seen.body().replaceAll("\\D", "")).distinct())
        .containsExactly("1", "2", "3");
    assertThat(server.count()).isGreaterThanOrEqualTo(7);
  }

  @Test
  void anEntryThatFailsForNowHoldsUpNoOtherTarget() {
    server.answerAll(seen -> Reply.of(ToyClient.targets(seen).contains("t7") ? 429 : 200, "{}"));
    Outbox outbox = open();
    outbox.addAll(ToyClient.many(50));
    Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("toy").delivered() == 49);
    outbox.add(on("later"));
    Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("toy").delivered() == 50);
    server.answerAll(seen -> Reply.of(200, "{}"));
    assertThat(outbox.flush(LONG)).isZero();
  }

  @Test
  void twoPeopleOnOneTraceAreTwoDeliveries() {
    Outbox outbox = open(Outbox.to(toy(new ToyDialect())));
    outbox.addAll(
        List.of(
            Feedback.on("trace").thumbsUp().author("ann").build(),
            Feedback.on("trace").thumbsUp().author("bob").build()));
    server.answerAll(seen -> Reply.of(200, "{\"ids\":[\"1\"]}"));
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(server.takeAll()).hasSize(2);
    assertThat(outbox.stats().lane("toy").delivered()).isEqualTo(2);
    assertThat(outbox.stats().lane("toy").superseded()).isZero();
  }

  @Test
  void anAddDoesNotWaitForTheProvider() {
    HeldReplies held = HeldReplies.yes();
    server.answerAll(held);
    Outbox outbox = open();
    for (int i = 0; i < 1_000; i++) {
      outbox.add(on("t" + i));
    }
    assertThat(outbox.stats().lane("toy").added()).isEqualTo(1_000);
    assertThat(outbox.stats().lane("toy").delivered()).isZero();
    held.open();
    assertThat(outbox.flush(LONG)).isZero();
  }

  @Test
  void whatIsAddedOneByOneIsNeverLeftForTheNextPoll() {
    OwnClient client = OwnClient.each(feedback -> null);
    Outbox outbox =
        open(Outbox.to(client).pollInterval(Duration.ofDays(1)).closeTimeout(Duration.ZERO));
    for (int i = 1; i <= 50; i++) {
      outbox.add(on("t" + i % 3));
      int count = i;
      Await.isTrue(() -> "" + outbox.stats(), () -> client.given() == count);
    }
  }

  @Test
  void anEntryHasASizeBoundAndAllOrNoneOfAListAreStored() {
    HeldReplies held = HeldReplies.yes();
    server.answerAll(held);
    Outbox outbox =
        Outbox.to(toy(ToyDialect.plain()))
            .and("other", new ToyClient(other.url(), ToyDialect.plain(), settings()))
            .store(MemoryOutboxStore.builder().maxEntries(10).build())
            .open();
    opened.add(outbox);
    assertThatThrownBy(() -> outbox.addAll(ToyClient.many(6)))
        .isInstanceOf(OutboxFullException.class)
        .hasMessageContaining("nothing was stored")
        .hasMessageContaining("maxEntries");
    assertThat(outbox.stats().lane("toy").added()).isZero();
    assertThat(outbox.stats().lane("other").added()).isZero();
    assertThat(outbox.addAll(ToyClient.many(5))).hasSize(5);
    held.open();
    assertThat(outbox.flush(LONG)).isZero();
    assertThat(outbox.addAll(ToyClient.many(5))).as("there is room again").hasSize(5);
  }
}
