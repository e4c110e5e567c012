package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused chunk is split until the bad item stands alone. */
class SplitTest {
  private final LoopbackServer server = new LoopbackServer();
  private final Set<String> stored = ConcurrentHashMap.newKeySet();

  @AfterEach
  void stop() {
    server.close();
  }

  /** Stores a list as a whole unless the status refuses it. */
  private void store(Function<List<String>, Reply> replies) {
    server.answerAll(
        seen -> {
          Reply reply = replies.apply(ToyClient.targets(seen));
          if (reply.status() == 200) {
            stored.addAll(ToyClient.targets(seen));
          }
          return reply;
        });
  }

  private static Reply yes() {
    return Reply.of(200, "{}");
  }

  private List<Outcome> submit(ToyDialect toy, ClientSettings.Builder settings, int count) {
    try (ToyClient client = new ToyClient(server.url(), toy, settings.build())) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(count));
      assertThat(outcomes).hasSize(count);
      for (Outcome outcome : outcomes) {
        assertThat(outcome.isAccepted()).isEqualTo(stored.contains("t" + outcome.index()));
      }
      return outcomes;
    }
  }

  private static RejectedFeedbackException error(Outcome outcome) {
    return (RejectedFeedbackException) outcome.error().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 422})
  void theBadItemStandsAlone(int status) {
    store(targets -> targets.contains("t13") ? Reply.of(status, "{}") : yes());
    List<Outcome> outcomes = submit(ToyDialect.lists(100), ToyClient.impatient(), 100);
    assertThat(outcomes).filteredOn(outcome -> !outcome.isAccepted()).hasSize(1);
    assertThat(error(outcomes.get(13)).status()).isEqualTo(status);
    assertThat(error(outcomes.get(13)).mayHaveArrived()).isFalse();
    assertThat(server.count())
        .as("100, 50, 25, 13, 7, 4, 2, 1 and the other halves")
        .isLessThan(16);
  }

  @Test
  void manyBadItemsStandAlone() {
    store(targets -> targets.stream().anyMatch(it -> it.endsWith("7")) ? Reply.of(422, "") : yes());
    List<Outcome> outcomes =
        submit(ToyDialect.lists(50), ToyClient.impatient().concurrency(2), 200);
    assertThat(outcomes).filteredOn(outcome -> !outcome.isAccepted()).hasSize(20);
  }

  @Test
  void whereTheAnswerNamesTheBadItemTheRestGoesTogether() {
    store(
        targets ->
            targets.contains("t3")
                ? Reply.of(422, "{\"objects\":[" + targets.indexOf("t3") + ",7,10,99,-1]}")
                : yes());
    List<Outcome> outcomes = submit(ToyDialect.lists(10), ToyClient.impatient(), 10);
    assertThat(outcomes)
        .filteredOn(it -> !it.isAccepted())
        .extracting(Outcome::index)
        .containsExactly(3L, 7L);
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void anObjectIsMappedBackToItsFeedback() {
    // t0 has objects 0 to 2, t1 has 3, t2 has 4 and 5
    server.answerAll(
        seen -> seen.body().contains("bad") ? Reply.of(422, "{\"objects\":[5]}") : yes());
    List<Feedback> given =
        List.of(
            Feedback.on("t0").comment("one two three").build(),
            on("t1"),
            Feedback.on("t2").comment("good bad").build(),
            on("t3"));
    try (ToyClient client =
        new ToyClient(
            server.url(), ToyDialect.lists(10).perWord(), ToyClient.impatient().build())) {
      assertThat(client.submitAll(given))
          .extracting(Outcome::isAccepted)
          .containsExactly(true, true, false, true);
    }
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void aThousandNamedOneByOneDoNotOverflowTheStack() {
    store(
        targets ->
            targets.size() > 1 || targets.contains("t999")
                ? Reply.of(422, "{\"objects\":[0]}")
                : yes());
    List<Outcome> outcomes = submit(ToyDialect.lists(1000), ToyClient.impatient(), 1000);
    assertThat(outcomes).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aChunkThatIsTooLargeIsHalved(boolean splitRefused) {
    store(targets -> targets.size() > 6 ? Reply.of(413, "") : yes());
    ClientSettings.Builder settings = ToyClient.impatient().splitRefused(splitRefused);
    assertThat(submit(ToyDialect.lists(40), settings, 40)).allMatch(Outcome::isAccepted);
    assertThat(server.takeAll())
        .extracting(seen -> ToyClient.targets(seen).size())
        .containsExactly(40, 20, 10, 5, 5, 10, 5, 5, 20, 10, 5, 5, 10, 5, 5);
  }

  @Test
  void anItemThatIsAloneTooLargeIsRefused() {
    store(targets -> targets.contains("t2") ? Reply.of(413, "") : yes());
    List<Outcome> outcomes = submit(ToyDialect.lists(4), ToyClient.impatient(), 4);
    assertThat(error(outcomes.get(2)).status()).isEqualTo(413);
    assertThat(error(outcomes.get(2)).mayHaveArrived()).isFalse();
  }

  /** Keeps the first half of a list, and then refuses the list. */
  private void refuseHalfWay(int status) {
    server.answerAll(
        seen -> {
          List<String> targets = ToyClient.targets(seen);
          if (targets.size() == 1) {
            stored.addAll(targets);
            return yes();
          }
          stored.addAll(targets.subList(0, targets.size() / 2));
          return Reply.of(status, "{\"half\":true}");
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 409, 410, 422, 451})
  void aRefusalThatDoesNotProveThatNothingWasStoredSplitsNoList(int status) {
    refuseHalfWay(status);
    try (ToyClient client =
        new ToyClient(server.url(), ToyDialect.lists(10), ToyClient.impatient().build())) {
      assertThat(client.submitAll(ToyClient.many(10)))
          .allMatch(outcome -> error(outcome).mayHaveArrived())
          .allSatisfy(
              outcome ->
                  assertThat(error(outcome)).hasMessageContaining("splitRefused(true) would"));
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {405, 411, 413, 414, 415, 431})
  void aRequestThatWasNotEvenReadIsSplit(int status) {
    store(targets -> targets.contains("t3") ? Reply.of(status, "{}") : yes());
    List<Outcome> outcomes = submit(ToyDialect.lists(10), ToyClient.impatient(), 10);
    assertThat(outcomes).filteredOn(outcome -> !outcome.isAccepted()).hasSize(1);
    assertThat(error(outcomes.get(3)).mayHaveArrived()).isFalse();
  }

  @Test
  void whoChoosesSoGetsEveryRefusedListSplitAndTheDoubtStays() {
    server.answerAll(
        seen -> ToyClient.targets(seen).contains("t2") ? Reply.of(404, "{\"half\":true}") : yes());
    try (ToyClient client =
        new ToyClient(
            server.url(), ToyDialect.lists(4), ToyClient.impatient().splitRefused(true).build())) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(4));
      assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, true, false, true);
      assertThat(error(outcomes.get(2)).mayHaveArrived()).isTrue();
    }
  }

  @Test
  void aListThatDoesNoHarmTwiceIsSplitAndTheDoubtStays() {
    server.answerAll(
        seen -> ToyClient.targets(seen).contains("t2") ? Reply.of(404, "{\"half\":true}") : yes());
    ToyDialect overwrites = ToyDialect.lists(4).repeatable();
    try (ToyClient client =
        new ToyClient(server.url(), overwrites, ToyClient.impatient().build())) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(4));
      assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, true, false, true);
      assertThat(error(outcomes.get(2)).mayHaveArrived()).isTrue();
    }
  }

  @Test
  void everyRequestThatCarriedAFeedbackCounts() {
    ManualTime time = new ManualTime();
    server.answerAll(
        seen -> {
          time.advance(Duration.ofMillis(100));
          return ToyClient.targets(seen).contains("t0") ? Reply.of(422, "{}") : yes();
        });
    ClientSettings settings = ToyClient.impatient().concurrency(1).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.lists(4), settings, time)) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(4));
      // t0 to t3, t0 and t1, t0, t1, t2 and t3
      assertThat(error(outcomes.get(0)).attempts()).isEqualTo(3);
      assertThat(outcomes.get(1).orThrow().attempts()).isEqualTo(3);
      assertThat(outcomes.get(1).orThrow().elapsed()).isEqualTo(Duration.ofMillis(400));
      assertThat(outcomes.get(3).orThrow().attempts()).isEqualTo(2);
      assertThat(outcomes.get(3).orThrow().elapsed()).isEqualTo(Duration.ofMillis(500));
    }
  }

  @Test
  void oneAloneThatIsRefusedIsNotStoredInPart() {
    store(targets -> Reply.of(422, ""));
    List<Outcome> outcomes = submit(ToyDialect.lists(10), ToyClient.impatient(), 1);
    assertThat(error(outcomes.get(0)).mayHaveArrived()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 307, 399, 401, 402, 403})
  void whatIsNoItemsFaultIsNeverSplit(int status) {
    store(targets -> Reply.of(status, ""));
    List<Outcome> outcomes = submit(ToyDialect.lists(10), ToyClient.impatient(), 10);
    assertThat(outcomes).allMatch(outcome -> !error(outcome).mayHaveArrived());
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 599})
  void aRefusalWithAFailuresStatusIsNotSplitEither(int status) {
    ProviderResponse answer = ProviderResponse.of(status, "{}");
    Verdict refused = Verdict.of(Verdict.Kind.REFUSED);
    ClientSettings settings = ClientSettings.builder().splitRefused(true).build();
    WireRequest request = WireRequest.of("POST", List.of("a", "b"), "things").repeatable();
    assertThat(Splitting.helps(answer, refused, request, settings)).isFalse();
    assertThat(Splitting.leavesDoubt(answer, refused)).isTrue();
  }

  @Test
  void whatTheDialectCallsEverybodysFaultIsNeverSplit() {
    store(targets -> Reply.of(422, "{\"everyone\":true}"));
    assertThat(submit(ToyDialect.lists(10), ToyClient.impatient(), 10))
        .allMatch(outcome -> !error(outcome).mayHaveArrived());
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 500, 502, 504})
  void whatMayBeStoredIsNeverSplit(int status) {
    store(targets -> Reply.of(status, ""));
    assertThat(submit(ToyDialect.lists(10), ToyClient.impatient(), 10))
        .allMatch(outcome -> error(outcome).mayHaveArrived());
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void doubtAboutAChunkStaysWithItsItems() {
    server.enqueue(500, ""); // it may have stored the list
    store(targets -> targets.contains("t1") ? Reply.of(422, "") : yes());
    ClientSettings.Builder settings = ToyClient.impatient().repeatUncertain(true);
    List<Outcome> outcomes = submit(ToyDialect.lists(4), settings, 4);
    assertThat(error(outcomes.get(1)).mayHaveArrived()).isTrue();
  }

  @Test
  void doubtAboutAChunkStaysWithWhatIsNotSentAnyMore() {
    ManualTime time = new ManualTime();
    HeldReplies gate = HeldReplies.yes();
    server.enqueue(500, "").enqueue(422, "").answerAll(gate); // the 500 may have stored the list
    ClientSettings settings =
        ToyClient.settings().repeatUncertain(true).batchTimeout(Duration.ofSeconds(5)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.lists(4), settings, time)) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(4));
      time.pass(Duration.ofMillis(150));
      Await.isTrue("the first half is on the wire", () -> server.count() == 3);
      time.advance(Duration.ofSeconds(5));
      assertThat(batch.join())
          .hasSize(4)
          .allMatch(outcome -> outcome.error().orElseThrow().mayHaveArrived());
      gate.open();
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void theOrderOnATargetHoldsThroughASplit() {
    List<Feedback> given = new ArrayList<>();
    IntStream.range(0, 16).forEach(i -> given.add(on(i % 2 == 0 ? "even" : "t" + i)));
    List<Integer> sizes = new ArrayList<>();
    server.answerAll(
        seen -> {
          sizes.add(ToyClient.targets(seen).size());
          return ToyClient.targets(seen).contains("t5") ? Reply.of(400, "") : yes();
        });
    try (ToyClient client =
        new ToyClient(server.url(), ToyDialect.lists(8), ToyClient.impatient().build())) {
      assertThat(client.submitAll(given)).filteredOn(it -> !it.isAccepted()).hasSize(1);
    }
    assertThat(sizes)
        .as("the second chunk waits for all parts of the first")
        .containsExactly(8, 4, 4, 2, 1, 1, 2, 8);
  }
}
