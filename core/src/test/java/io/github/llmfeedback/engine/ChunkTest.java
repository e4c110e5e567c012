package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Losses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a batch is divided into chunks, and in what order they are sent. */
class ChunkTest {
  private final LoopbackServer server = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy, int concurrency) {
    return new ToyClient(server.url(), toy, ToyClient.impatient().concurrency(concurrency).build());
  }

  private static ToyDialect lists(int most, int bytes, boolean lastWins) {
    Batching lists = Batching.lists(most, bytes);
    return ToyDialect.lists(lastWins ? lists.lastWins() : lists);
  }

  @Test
  void chunksAreNoLargerThanTheProviderTakes() {
    try (ToyClient client = client(ToyDialect.lists(10), 4)) {
      List<Outcome> outcomes = client.submitAll(ToyClient.many(95));
      assertThat(outcomes).hasSize(95).allMatch(Outcome::isAccepted);
    }
    assertThat(server.takeAll())
        .hasSize(10)
        .allSatisfy(seen -> assertThat(ToyClient.targets(seen)).hasSizeBetween(5, 10));
  }

  /** In the calling thread, at most what may be in flight and the first of the rest. */
  @Test
  void theFirstOfAListAreOnTheWireBeforeTheLastAreEncoded() {
    AtomicInteger encoded = new AtomicInteger();
    ToyDialect counting =
        new ToyDialect() {
          @Override
          public List<Map<String, Object>> encode(Feedback feedback, String target, Losses losses) {
            encoded.incrementAndGet();
            return super.encode(feedback, target, losses);
          }
        };
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    try (ToyClient client = client(counting, 3)) {
      CompletableFuture<List<Outcome>> all = client.submitAllAsync(ToyClient.many(95));
      assertThat(encoded).hasValue(31);
      Await.isTrue("three lists came", () -> server.count() == 3);
      assertThat(encoded).hasValue(31);
      gate.open();
      assertThat(all.join()).hasSize(95).allMatch(Outcome::isAccepted);
    }
    assertThat(encoded).hasValue(95);
  }

  @Test
  void chunksAreNoMoreBytesThanTheProviderTakes() {
    try (ToyClient client = client(lists(100, 200, false), 4)) {
      assertThat(client.submitAll(ToyClient.many(100))).allMatch(Outcome::isAccepted);
    }
    List<Seen> all = server.takeAll();
    assertThat(all).allSatisfy(seen -> assertThat(seen.body()).hasSizeLessThanOrEqualTo(200));
    assertThat(all).flatExtracting(ToyClient::targets).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void aChunkMayHaveAsManyBytesAsTheProviderTakes() {
    int bytes = "[{'id':'t0','COMMENT':'word'},{'id':'t1','COMMENT':'word'}]".length();
    try (ToyClient client = client(lists(100, bytes, false), 4)) {
      assertThat(client.submitAll(ToyClient.many(2))).allMatch(Outcome::isAccepted);
    }
    assertThat(server.takeAll())
        .singleElement()
        .satisfies(seen -> assertThat(seen.body()).hasSize(bytes));
  }

  @Test
  void whatIsAloneTooLargeIsSentAllTheSame() {
    try (ToyClient client = client(lists(100, 10, false), 4)) {
      assertThat(client.submitAll(ToyClient.many(5))).allMatch(Outcome::isAccepted);
    }
    assertThat(server.count()).isEqualTo(5);
  }

  @Test
  void theObjectsOfOneFeedbackStayTogether() {
    try (ToyClient client = client(ToyDialect.lists(3).perWord(), 1)) {
      client
          .submitAll(
              IntStream.range(0, 7)
                  .mapToObj(i -> Feedback.on("t" + i).comment("three words here").build())
                  .toList())
          .forEach(Outcome::orThrow);
    }
    assertThat(server.takeAll())
        .extracting(seen -> ToyClient.targets(seen).size())
        .containsExactly(9, 9, 3);
  }

  @Test
  void outcomesComeInInputOrderWhoeverIsAnsweredFirst() {
    server.answerAll(
        seen ->
            Reply.of(ToyClient.targets(seen).contains("t3") ? 400 : 200, "{}")
                .after(Duration.ofMillis(ToyClient.targets(seen).contains("t0") ? 100 : 0)));
    try (ToyClient client = client(ToyDialect.plain(), 8)) {
      List<Feedback> given = ToyClient.many(30);
      List<Outcome> outcomes = client.submitAll(given);
      assertThat(outcomes).extracting(Outcome::feedback).containsExactlyElementsOf(given);
      assertThat(outcomes).extracting(Outcome::index).isSorted().startsWith(0L).endsWith(29L);
      for (Outcome outcome : outcomes) {
        assertThat(outcome.isAccepted()).isEqualTo(outcome.index() != 3);
        if (outcome.index() != 3) {
          assertThat(outcome.orThrow().target()).isEqualTo("t" + outcome.index());
        }
      }
    }
  }

  @Test
  void whereTheLastOneWinsNoTargetIsTwiceInOneRequest() {
    List<Feedback> given = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      given.add(Feedback.on("t" + i % 7).comment("w" + i).build());
    }
    try (ToyClient client = client(lists(10, 1 << 20, true), 8)) {
      assertThat(client.submitAll(given)).hasSize(60).allMatch(Outcome::isAccepted);
    }
    List<Seen> all = server.takeAll();
    assertThat(all)
        .hasSize(9) // of no more than 7 each
        .allSatisfy(seen -> assertThat(ToyClient.targets(seen)).doesNotHaveDuplicates());
    inOrder(all, 60);
  }

  @Test
  void feedbackOnOneTargetGoesInInputOrder() {
    server.answerAll(
        seen -> Reply.of(200, "{}").after(Duration.ofMillis(seen.body().hashCode() & 7)));
    List<Feedback> given = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      given.add(Feedback.on("t" + i % 7).comment("w" + i).build());
    }
    try (ToyClient client = client(ToyDialect.plain(), 8)) {
      assertThat(client.submitAll(given)).allMatch(Outcome::isAccepted);
    }
    inOrder(server.takeAll(), 60);
  }

  /** Each target's numbered words arrived in order, and none is missing. */
  private static void inOrder(List<Seen> all, int count) {
    List<String> words =
        all.stream()
            .flatMap(seen -> List.of(seen.body().split("\"COMMENT\":\"", -1)).stream().skip(1))
            .map(rest -> rest.substring(1, rest.indexOf('"')))
            .toList();
    assertThat(words).hasSize(count);
    for (int target = 0; target < 7; target++) {
      int mine = target;
      assertThat(words.stream().map(Integer::valueOf).filter(word -> word % 7 == mine)).isSorted();
    }
  }

  @Test
  void aChunkHasTheSpacingOfItsTarget() {
    ManualTime time = new ManualTime();
    ToyDialect toy = ToyDialect.repeatableOnes().apart(Duration.ofMillis(1100));
    try (ToyClient client = new ToyClient(server, toy, time)) {
      CompletableFuture<List<Outcome>> batch =
          client.submitAllAsync(List.of(on("a"), on("b"), on("a"), on("a")));
      // Not only that both requests came: the response on a must have begun the spacing.
      Await.isTrue(
          "one on each target ended",
          () ->
              server.count() == 2
                  && Collections.frequency(time.alarms(), Duration.ofMillis(1100)) == 1);
      time.pass(Duration.ofMillis(1100));
      Await.isTrue("the second came", () -> server.count() == 3);
      time.pass(Duration.ofMillis(1100));
      assertThat(batch.join()).allMatch(Outcome::isAccepted);
    }
    assertThat(server.takeAll())
        .flatExtracting(ToyClient::targets)
        .containsExactlyInAnyOrder("a", "b", "a", "a");
  }

  @Test
  void singleCallsOnOneTargetGoInTheOrderTheyCameToo() {
    try (ToyClient client = client(ToyDialect.repeatableOnes().apart(Duration.ofMillis(1)), 8)) {
      IntStream.range(0, 20)
          .mapToObj(i -> client.submitAsync(Feedback.on("a").comment("w" + i).build()))
          .toList()
          .forEach(CompletableFuture::join);
    }
    assertThat(server.takeAll())
        .extracting(Seen::body)
        .containsExactlyElementsOf(
            IntStream.range(0, 20)
                .mapToObj(i -> "{\"id\":\"a\",\"COMMENT\":\"w" + i + "\"}")
                .toList());
  }

  @Test
  void whatTheDialectCannotSayCostsNobodyElse() {
    Feedback unsayable = Feedback.on("x").thumbsUp().build();
    try (ToyClient client = client(ToyDialect.lists(10), 4)) {
      List<Outcome> outcomes = client.submitAll(List.of(on("a"), unsayable, on("b")));
      FeedbackException error = outcomes.get(1).error().orElseThrow();
      assertThat(error).isInstanceOf(UnrepresentableFeedbackException.class);
      assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    }
    assertThat(server.takeAll()).flatExtracting(ToyClient::targets).containsExactly("a", "b");
  }

  @Test
  void anEmptyBatchIsDone() {
    try (ToyClient client = client(ToyDialect.lists(10), 4)) {
      assertThat(client.submitAll(List.of())).isEmpty();
      assertThat(client.submitAllAsync(List.of()).join()).isEmpty();
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void aThousandOnOneTargetGoOneByOneWithoutNesting() {
    List<Feedback> given = IntStream.range(0, 1000).mapToObj(i -> on("same")).toList();
    ToyClient client = client(lists(10, 1 << 20, true), 8);
    assertThat(client.submitAll(given)).hasSize(1000).allMatch(Outcome::isAccepted);
    client.close();
    assertThat(client.submitAll(given)).hasSize(1000).noneMatch(Outcome::isAccepted);
    assertThat(server.count()).isEqualTo(1000);
  }
}
