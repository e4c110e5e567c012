package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.helicone.HeliconeFilter.negative;
import static io.github.llmfeedback.helicone.HeliconeFilter.positive;
import static io.github.llmfeedback.helicone.HeliconeFilter.rated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeliconePagesTest {
  private static final String NONE = "{\"data\":[],\"error\":null}";

  private final LoopbackServer server = new LoopbackServer();
  private final HeliconeFeedbackClient client =
      HeliconeFeedbackClient.builder("sk-test")
          .baseUrl(server.url() + "/eu")
          .settings(
              ClientSettings.builder()
                  .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                  .maxRetries(1)
                  .build())
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void observedAnswersAreReadToTheirEnd() {
    server.enqueue(WireExample.of("helicone/query-positive.json").reply()).enqueue(201, NONE);

    List<HeliconeRatedRequest> requests = client.query(HeliconeQuery.where(positive())).toList();

    assertThat(requests)
        .extracting(HeliconeRatedRequest::requestId)
        .containsExactly("11111111-1111-4111-8111-111111111111");
    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/eu/v1/request/query-clickhouse");
    assertThat(seen.header("Authorization")).isEqualTo("Bearer sk-test");
  }

  @Test
  void shortPageIsNotTheLastUnlessItIsEmpty() {
    server
        .enqueue(201, page("a up", "b up"))
        .enqueue(201, page("c up"))
        .enqueue(201, page("d up"))
        .enqueue(201, NONE);

    assertThat(ids(HeliconeQuery.where(positive()).pageSize(2)))
        .containsExactly("a", "b", "c", "d");
    assertThat(server.takeAll())
        .extracting(seen -> seen.body().replaceAll(".*\"offset\":(\\d+).*", "$1"))
        .endsWith("2", "4", "6");
  }

  @Test
  void pageIsAskedForOnlyWhenTheReaderGetsThere() {
    server.enqueue(201, page("a up", "b up")).enqueue(201, page("c up"));

    Iterator<HeliconeRatedRequest> requests =
        client.query(HeliconeQuery.where(positive()).pageSize(2)).iterator();

    assertThat(server.count()).isZero();
    assertThat(requests.next().requestId()).isEqualTo("a");
    assertThat(requests.next().requestId()).isEqualTo("b");
    assertThat(server.count()).isEqualTo(1);
    assertThat(requests.next().requestId()).isEqualTo("c");
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void nothingComesAfterTheLast() {
    Iterator<ProviderResponse> rows = List.of(ProviderResponse.of(201, page("a up"))).iterator();
    HeliconePages pages =
        new HeliconePages(
            HeliconeQuery.where(positive()),
            request -> rows.hasNext() ? rows.next().items("/data") : List.of(),
            Duration.ofMinutes(1),
            System::nanoTime);

    assertThat(pages.next().requestId()).isEqualTo("a");
    assertThat(pages.hasNext()).isFalse();
    assertThatThrownBy(pages::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void aServerThatDropsTheOffsetIsNotAskedForEver() {
    server.answerAll(seen -> Reply.of(201, page("a up", "b down")));
    List<String> read = new ArrayList<>();

    assertThatThrownBy(
            () ->
                client
                    .query(HeliconeQuery.where(positive()))
                    .forEach(rated -> read.add(rated.requestId())))
        .isInstanceOfSatisfying(
            UnreadableResponseException.class, e -> assertThat(e.mayHaveArrived()).isFalse())
        .hasMessageContaining("offset");
    assertThat(read).containsExactly("a");
    assertThat(server.count()).isEqualTo(12);
  }

  /** A server that always shows a fresh row that does not match. */
  private void showFreshRows() {
    AtomicInteger fresh = new AtomicInteger();
    server.answerAll(seen -> Reply.of(201, page("r" + fresh.incrementAndGet() + " down")));
  }

  @Test
  void freshRowsThatDoNotMatchAreNotReadForEver() {
    showFreshRows();
    server.enqueue(201, page("a up", "b down"));
    List<String> read = new ArrayList<>();

    assertThatThrownBy(
            () ->
                client
                    .query(HeliconeQuery.where(positive()).pageSize(1000))
                    .forEach(rated -> read.add(rated.requestId())))
        .isInstanceOfSatisfying(
            UnreadableResponseException.class,
            e -> {
              assertThat(e.mayHaveArrived()).isFalse();
              assertThat(e.attempts()).isEqualTo(101);
            })
        .hasMessage(
            "helicone's last 100000 rows hold no rating that the query is after; ask for a shorter"
                + " time with since and before, or find out whether something in between drops the"
                + " query's filter");
    assertThat(read).containsExactly("a");
    assertThat(server.count()).isEqualTo(101);
  }

  @Test
  void freshRowsThatDoNotMatchAreNotReadLongerThanTheSettingsAllow() {
    showFreshRows();
    server.enqueue(201, page("a up"));
    List<String> read = new ArrayList<>();
    Duration longest = Duration.ofMillis(20);

    try (HeliconeFeedbackClient hasty =
        HeliconeFeedbackClient.builder("sk-test")
            .baseUrl(server.url())
            .settings(ClientSettings.builder().batchTimeout(longest).build())
            .build()) {
      UndeliveredFeedbackException error =
          catchThrowableOfType(
              UndeliveredFeedbackException.class,
              () ->
                  hasty
                      .query(HeliconeQuery.where(positive()).pageSize(1))
                      .forEach(rated -> read.add(rated.requestId())));
      assertThat(error.reason()).isEqualTo(UndeliveredFeedbackException.Reason.TIMEOUT);
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error.elapsed()).isGreaterThan(longest);
      assertThat(error.attempts()).isEqualTo(server.count());
      assertThat(error)
          .hasMessageStartingWith("helicone showed no rating that the query is after for ")
          .hasMessageEndingWith(
              " rows; ask for a shorter time with since and before, or raise the settings'"
                  + " batchTimeout");
    }
    assertThat(read).containsExactly("a");
  }

  @Test
  void neitherTheReadersOwnTimeNorThatOfAMatchCountsAgainstIt() {
    AtomicLong now = new AtomicLong();
    Iterator<String> pages =
        List.of("a down", "b up", "c down", "d down", "e up", "f down", "g down", "h down")
            .iterator();
    HeliconePages reading =
        new HeliconePages(
            HeliconeQuery.where(positive()),
            request -> {
              now.addAndGet(Duration.ofSeconds(4).toNanos());
              return ProviderResponse.of(201, page(pages.next())).items("/data");
            },
            Duration.ofSeconds(10),
            now::get);

    for (String id : List.of("b", "e")) {
      assertThat(reading.next().requestId()).isEqualTo(id);
      now.addAndGet(Duration.ofHours(1).toNanos());
    }
    assertThatThrownBy(reading::hasNext)
        .isInstanceOf(UndeliveredFeedbackException.class)
        .hasMessageContaining("for 12000 ms, in 300 rows");
    assertThat(pages.hasNext()).isFalse();
  }

  @Test
  void anEmptyPageThatComesLateIsTheEndAllTheSame() {
    AtomicLong now = new AtomicLong();
    HeliconePages reading =
        new HeliconePages(
            HeliconeQuery.where(positive()),
            request -> {
              now.addAndGet(Duration.ofSeconds(11).toNanos());
              return List.of();
            },
            Duration.ofSeconds(10),
            now::get);

    assertThat(reading.hasNext()).isFalse();
  }

  @Test
  void aRequestOfManyVersionsIsReadPast() {
    for (int version = 0; version < 20; version++) {
      server.enqueue(201, page("a up"));
    }
    server.enqueue(201, page("b up")).enqueue(201, NONE);

    assertThat(ids(HeliconeQuery.where(positive()).pageSize(1))).containsExactly("a", "b");
  }

  @Test
  void limitEndsTheStreamWithoutAskingAgain() {
    server.enqueue(201, page("a up", "b up"));
    assertThat(ids(HeliconeQuery.where(positive()).pageSize(2).limit(2))).containsExactly("a", "b");
    assertThat(ids(HeliconeQuery.where(positive()).limit(0))).isEmpty();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void rowWhoseOwnRatingDoesNotMatchIsLeftOut() {
    server.enqueue(201, page("a down", "b none", "c up")).enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(negative()))).containsExactly("a");
  }

  @Test
  void rowsWithoutRatingAreLeftOutWhateverTheFilter() {
    server.enqueue(201, page("a down", "b none", "c up")).enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(rated()))).containsExactly("a", "c");
  }

  @Test
  void pageThatIsLeftOutWholeIsNotTheEnd() {
    server.enqueue(201, page("a up", "b none")).enqueue(201, page("c down")).enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(negative()))).containsExactly("c");
  }

  @Test
  void requestOnNeighbouringPagesIsHandedOutOnce() {
    server
        .enqueue(201, page("a up", "b up"))
        .enqueue(201, page("b up"))
        .enqueue(201, page("b up", "c up"))
        .enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(positive()).pageSize(2))).containsExactly("a", "b", "c");
  }

  @Test
  void viaRequestQueryGoesToItsOwnAddress() {
    server.enqueue(WireExample.of("helicone/query-of-the-public-page.json").reply());
    assertThat(ids(HeliconeQuery.where(positive()).viaRequestQuery())).isEmpty();
    assertThat(server.take().path()).isEqualTo("/eu/v1/request/query");
  }

  @Test
  void refusedKeySaysSo() {
    server.enqueue(WireExample.of("helicone/query-key-read-only.json").reply());
    assertThat(failure(RejectedFeedbackException.class)).hasMessageContaining("read-only");
  }

  @Test
  void questionThatFailedLeavesNothingThatMayHaveArrived() {
    server.enqueue(500, "{}").enqueue(500, "{}");
    RejectedFeedbackException error = failure(RejectedFeedbackException.class);
    assertThat(error.attempts()).isEqualTo(2);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.getMessage()).doesNotContain("arrived");
  }

  @Test
  void questionWithoutAnswerLeavesNothingThatMayHaveArrived() {
    server
        .enqueue(Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST))
        .enqueue(Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST));
    UndeliveredFeedbackException error = failure(UndeliveredFeedbackException.class);
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.getMessage()).doesNotContain("arrived").doesNotContain("sent");
  }

  @Test
  void answerThatBreaksOffSaysSo() {
    Reply cut = Reply.of(201, page("a up")).with(Reply.Fault.CLOSED_IN_ANSWER);
    server.enqueue(cut).enqueue(cut);
    assertThat(failure(UnreadableResponseException.class))
        .hasMessageContaining("broke off")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("arrived", "base URL"))
        .satisfies(e -> assertThat(e.mayHaveArrived()).isFalse());
  }

  @Test
  void answerThatIsTooLargeSaysWhatMakesItSmallerAndIsNotDownloadedAgain() {
    String large = "{\"data\":[{\"response_body\":\"" + "x".repeat(9 << 20) + "\"}]}";
    server.enqueue(201, large);
    assertThat(failure(UnreadableResponseException.class))
        .hasMessageContaining("far too many values; a smaller pageSize");
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void interruptEndsTheReading() {
    Thread.currentThread().interrupt();
    UndeliveredFeedbackException error = failure(UndeliveredFeedbackException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(error.reason()).isEqualTo(UndeliveredFeedbackException.Reason.INTERRUPTED);
    assertThat(server.count()).isZero();
  }

  private List<String> ids(HeliconeQuery query) {
    return client.query(query).map(HeliconeRatedRequest::requestId).toList();
  }

  private <E extends FeedbackException> E failure(Class<E> type) {
    return catchThrowableOfType(type, () -> ids(HeliconeQuery.where(positive())));
  }

  /** An answer with rows such as "id up", "id down", "id none". */
  private static String page(String... rows) {
    return Stream.of(rows)
        .map(row -> row.split(" ", 2))
        .map(row -> "{\"request_id\":\"" + row[0] + "\",\"scores\":{" + score(row[1]) + "}}")
        .collect(Collectors.joining(",", "{\"data\":[", "],\"error\":null}"));
  }

  private static String score(String rating) {
    return switch (rating) {
      case "up" -> "\"helicone-score-feedback\":\"1\"";
      case "down" -> "\"helicone-score-feedback\":\"0\"";
      default -> "";
    };
  }
}
