package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.outbox.OutboxStats.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a refused key is the key's fault, and when an entry's; on a virtual time. */
class RefusedKeyTest {
  private static FeedbackException status(int status) {
    return RejectedFeedbackException.builder("own", status).attempts(1).build();
  }

  private static @Nullable FeedbackException forbidden(Feedback feedback) {
    return feedback.equals(on("bad")) ? status(403) : null;
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 401})
  void aKeyThatIsRevokedInTheMiddleOfAListRejectsNothing(int from) {
    AtomicInteger sent = new AtomicInteger();
    OwnClient client =
        OwnClient.each(feedback -> sent.incrementAndGet() < from ? null : status(401));
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual = new VirtualOutbox(client, builder -> builder)) {
      virtual.outbox.addAll(ToyClient.many(1_000));
      virtual.passUntil(() -> virtual.lane().status() == Status.UNAUTHORIZED);
      virtual.awaitNextTry();
      assertThat(virtual.lane().delivered()).isEqualTo(from - 1);
      assertThat(virtual.lane().rejected()).isZero();
      assertThat(virtual.lane().pending()).isEqualTo(1_001 - from);
      assertThat(log.lines("ERROR")).hasSize(1);
      sent.set(-1_000_000); // the key is good again
      virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
      assertThat(virtual.lane().delivered()).isEqualTo(1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307, 401, 402, 403, 405, 407, 412})
  void whatIsNeverAboutAnEntryStopsTheLaneAndRejectsNothing(int status) {
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual =
            new VirtualOutbox(OwnClient.each(feedback -> status(status)), builder -> builder)) {
      virtual.outbox.addAll(ToyClient.many(100));
      Await.isTrue("stopped", () -> virtual.lane().status() == Status.UNAUTHORIZED);
      virtual.awaitNextTry();
      assertThat(virtual.lane().pending()).isEqualTo(100);
      assertThat(log.lines("ERROR")).hasSize(1);
    }
  }

  @Test
  void anOlderAnswerDoesNotStartALaneThatStopped() {
    List<CompletableFuture<List<Outcome>>> calls = new CopyOnWriteArrayList<>();
    OwnClient client =
        new OwnClient(
            list -> {
              CompletableFuture<List<Outcome>> call = new CompletableFuture<>();
              calls.add(call);
              return call;
            });
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual = new VirtualOutbox(client, it -> it.batchSize(1).concurrency(2))) {
      virtual.outbox.addAll(ToyClient.many(3));
      Await.isTrue("two are sent", () -> calls.size() == 2);
      calls.get(0).complete(OwnClient.all(List.of(on("t0")), each -> status(401)));
      Await.isTrue("stopped", () -> virtual.lane().status() == Status.UNAUTHORIZED);
      calls.get(1).complete(OwnClient.all(List.of(on("t1")), each -> null));
      Await.isTrue("delivered", () -> virtual.lane().delivered() == 1);
      assertThat(virtual.lane().status()).isEqualTo(Status.UNAUTHORIZED);
      virtual.time.advance(virtual.awaitNextTry());
      Await.isTrue("one is tried", () -> calls.size() == 3);
      assertThat(client.lists.stream().skip(2)).hasSize(1).allMatch(list -> list.size() == 1);
      assertThat(log.lines("ERROR")).hasSize(1);
      assertThat(log.lines("INFO")).isEmpty();
    }
  }

  @Test
  void anEntryThatIsForbiddenTwiceBesideAcceptedOnesIsRejected() {
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual =
            new VirtualOutbox(OwnClient.each(RefusedKeyTest::forbidden), builder -> builder)) {
      UUID bad = virtual.outbox.addAll(List.of(on("a"), on("bad"), on("b"))).get(1);
      virtual.passUntil(() -> virtual.lane().rejected() == 1);
      OutboxEntry entry = Objects.requireNonNull(virtual.outbox.find(bad).get("own"));
      assertThat(entry.reason()).contains(Fate.Reason.REFUSED);
      assertThat(entry.attempts()).isEqualTo(2);
      assertThat(virtual.lane().delivered()).isEqualTo(2);
      assertThat(log.lines("ERROR")).isEmpty();
    }
  }

  /** As behind a firewall that dislikes a comment, where little is sent. */
  @Test
  void anEntryThatIsForbiddenByItselfStopsTheLaneOnlyUntilTheKeyIsSeenToBeGood() {
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual =
            new VirtualOutbox(OwnClient.each(RefusedKeyTest::forbidden), builder -> builder)) {
      virtual.outbox.add(on("bad"));
      Await.isTrue("stopped", () -> virtual.lane().status() == Status.UNAUTHORIZED);
      virtual.outbox.add(on("a"));
      virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
      assertThat(virtual.lane().rejected()).isEqualTo(1);
      assertThat(virtual.lane().delivered()).isEqualTo(1);
      assertThat(log.lines("ERROR")).hasSize(1);
    }
  }

  @Test
  void noProbeRejectsAnEntryWhileTheKeyIsRefused() {
    AtomicInteger sent = new AtomicInteger();
    OwnClient client = OwnClient.each(feedback -> sent.incrementAndGet() <= 3 ? null : status(401));
    try (VirtualOutbox virtual = new VirtualOutbox(client, builder -> builder)) {
      virtual.outbox.addAll(ToyClient.many(5));
      virtual.passUntil(() -> virtual.lane().status() == Status.UNAUTHORIZED);
      for (int i = 0; i < 10; i++) {
        int before = sent.get();
        Duration wait = virtual.awaitNextTry();
        virtual.time.advance(wait);
        Await.isTrue("one more is tried", () -> sent.get() == before + 1);
      }
      virtual.awaitNextTry();
      assertThat(virtual.lane().pending()).isEqualTo(2);
    }
  }
}
