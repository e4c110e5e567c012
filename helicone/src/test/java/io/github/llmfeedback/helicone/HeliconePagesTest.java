package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.helicone.HeliconeFilter.before;
import static io.github.llmfeedback.helicone.HeliconeFilter.negative;
import static io.github.llmfeedback.helicone.HeliconeFilter.positive;
import static io.github.llmfeedback.helicone.HeliconeFilter.rated;
import static io.github.llmfeedback.helicone.HeliconeFilter.requestIds;
import static io.github.llmfeedback.helicone.HeliconeFilter.since;
import static io.github.llmfeedback.helicone.HeliconeRows.page;
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
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeliconePagesTest {
  private static final String NONE = "{\"data\":[],\"error\":null}";
  private static final Reply TOO_LARGE =
      Reply.of(201, "{\"data\":[{\"response_body\":\"" + "x".repeat(9 << 20) + "\"}]}");

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
  void theNextPageBeginsWithTheWholeSecondInWhichTheLastOneEnded() {
    server
        .enqueue(201, page("a up 12:00:09.900", "b up 12:00:05.100"))
        .enqueue(201, page("b up 12:00:05.100", "c up 12:00:04.000"))
        .enqueue(201, page("c up 12:00:04.000"))
        .enqueue(201, page("c up 12:00:04.000"))
        .enqueue(201, NONE);

    assertThat(ids(HeliconeQuery.where(positive()).pageSize(2))).containsExactly("a", "b", "c");
    List<Seen> pages = server.takeAll();
    assertThat(pages)
        .extracting(HeliconePagesTest::bound)
        .containsExactly("", "lt 12:00:06", "lt 12:00:05", "lt 12:00:05", "lt 12:00:05");
    assertThat(pages).extracting(HeliconePagesTest::rows).containsExactly(2, 2, 2, 1000, 1000);
    assertThat(pages).extracting(HeliconePagesTest::offset).containsExactly(0, 0, 0, 0, 1000);
  }

  @Test
  void oldestFirstItBeginsWithTheSameSecondFromTheOtherSide() {
    server
        .enqueue(201, page("a up 12:00:04.000", "b up 12:00:05.100"))
        .enqueue(201, page("b up 12:00:05.100", "c up 12:00:05.200"))
        .enqueue(201, page("b up 12:00:05.100", "c up 12:00:05.200", "d up 12:00:06.000"))
        .enqueue(201, NONE);

    assertThat(ids(HeliconeQuery.where(positive()).oldestFirst().pageSize(2)))
        .containsExactly("a", "b", "c", "d");
    List<Seen> pages = server.takeAll();
    assertThat(pages)
        .extracting(HeliconePagesTest::bound)
        .containsExactly("", "gte 12:00:05", "gte 12:00:05", "gte 12:00:06");
    assertThat(pages).extracting(HeliconePagesTest::rows).containsExactly(2, 2, 8, 2);
  }

  @Test
  void aSecondThatFillsTheLargestPageIsReadByOffsetInRounds() {
    List<String> all = new ArrayList<>();
    IntStream.range(0, 1500).forEach(i -> all.add("r" + i + " up 12:00:05.000"));
    all.add("last up 12:00:01.000");
    Random order = new Random(42);
    server.answerAll(
        seen -> {
          Collections.shuffle(all.subList(0, 1500), order);
          int offset = offset(seen);
          return Reply.of(
              201,
              bound(seen).equals("lt 12:00:05") || bound(seen).equals("lt 12:00:02")
                  ? offset == 0 ? page("last up 12:00:01.000") : NONE
                  : page(all.stream().skip(offset).limit(rows(seen)).toList()));
        });

    assertThat(ids(HeliconeQuery.where(positive()).pageSize(50)))
        .hasSize(1501)
        .doesNotHaveDuplicates()
        .endsWith("last");
    assertThat(server.takeAll())
        .extracting(seen -> bound(seen) + " " + rows(seen) + " " + offset(seen))
        .contains("lt 12:00:06 1000 0", "lt 12:00:06 1000 1000")
        .startsWith(" 50 0", "lt 12:00:06 50 0", "lt 12:00:06 200 0");
  }

  @Test
  void noMoreRowsAreAskedForThanTheLimitWants() {
    server
        .enqueue(201, page("a up 12:00:09.000", "b up 12:00:08.000", "c down 12:00:08.000"))
        .enqueue(201, page("b up 12:00:08.000", "d up 12:00:07.000"));

    assertThat(ids(HeliconeQuery.where(positive()).limit(3))).containsExactly("a", "b", "d");
    assertThat(server.takeAll()).extracting(HeliconePagesTest::rows).containsExactly(3, 3);
  }

  @Test
  void whereVersionsTakeThePlaceOfRequestsTheLimitIsReachedStepByStep() {
    server
        .enqueue(201, page("a up 12:00:09.000", "b up 12:00:09.000"))
        .enqueue(
            201,
            page(
                "a up 12:00:09.000",
                "b up 12:00:09.000",
                "c up 12:00:08.000",
                "d up 12:00:07.000"));

    server.enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(positive()).limit(10))).containsExactly("a", "b", "c", "d");
    assertThat(server.takeAll().subList(0, 2))
        .extracting(HeliconePagesTest::rows)
        .containsExactly(10, 40);
  }

  @Test
  void largeRowsOfOneMomentAreAllReadInWhateverOrderTheyCome() {
    List<String> all = new ArrayList<>();
    IntStream.range(0, 12).forEach(i -> all.add("r" + i + " up 12:00:05.000"));
    Random order = new Random(7);
    server.answerAll(
        seen -> {
          Collections.shuffle(all, order);
          List<String> rows = all.stream().skip(offset(seen)).limit(rows(seen)).toList();
          return rows.size() > 6 ? TOO_LARGE : Reply.of(201, page(rows));
        });

    for (int run = 0; run < 40; run++) {
      assertThat(ids(HeliconeQuery.where(positive()).pageSize(4)))
          .hasSize(12)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void offsetCountsTheRequestsThatWouldCome() {
    server.enqueue(
        201,
        page("a up 12:00:09.000", "b down 12:00:08.000", "c up 12:00:07.000", "d up 12:00:06.000"));

    assertThat(ids(HeliconeQuery.where(positive()).offset(2).limit(1))).containsExactly("d");
    Seen page = server.take();
    assertThat(rows(page)).isEqualTo(3);
    assertThat(offset(page)).isZero();
  }

  @Test
  void pageThatIsTooLargeIsAskedForAgainWithAQuarterOfItsRows() {
    server.answerAll(
        seen ->
            rows(seen) > 6
                ? TOO_LARGE
                : bound(seen).isEmpty()
                    ? Reply.of(201, page("a up 12:00:09.000", "b up 12:00:08.000"))
                    : Reply.of(201, page("b up 12:00:08.000")));

    Iterator<HeliconeRatedRequest> requests =
        client.query(HeliconeQuery.where(positive())).iterator();

    assertThat(requests.next().requestId()).isEqualTo("a");
    assertThat(requests.next().requestId()).isEqualTo("b");
    assertThat(server.takeAll()).extracting(HeliconePagesTest::rows).containsExactly(100, 25, 6);
  }

  @Test
  void afterALargeRowPagesGrowAgain() {
    server.enqueue(TOO_LARGE);
    AtomicInteger second = new AtomicInteger(60);
    server.answerAll(
        seen -> Reply.of(201, page("r" + second.decrementAndGet() + " up 12:00:" + second)));

    assertThat(client.query(HeliconeQuery.where(positive()).pageSize(4)).limit(40)).hasSize(40);

    assertThat(server.takeAll())
        .extracting(HeliconePagesTest::rows)
        .startsWith(4, 1, 1, 1, 1, 1, 1, 1, 1, 2)
        .endsWith(4);
  }

  @Test
  void oneRowThatIsTooLargeSaysWhereItIs() {
    server.enqueue(201, page("a up 12:00:09.000"));
    server.answerAll(seen -> TOO_LARGE);

    List<String> read = new ArrayList<>();
    assertThatThrownBy(
            () ->
                client
                    .query(HeliconeQuery.where(positive()).pageSize(4))
                    .forEach(rated -> read.add(rated.requestId())))
        .isInstanceOfSatisfying(
            UnreadableResponseException.class, e -> assertThat(e.mayHaveArrived()).isFalse())
        .hasMessage(
            "one row of helicone's, of a request made at about 2026-11-21T12:00:09Z, is larger than"
                + " 8 MB and cannot be read; read what lies before and after it, with since and"
                + " before");
    assertThat(read).containsExactly("a");
    assertThat(server.takeAll()).extracting(HeliconePagesTest::rows).containsExactly(4, 4, 1);
  }

  @Test
  void pageIsAskedForOnlyWhenTheReaderGetsThere() {
    server
        .enqueue(201, page("a up 12:00:09.000", "b up 12:00:08.000"))
        .enqueue(201, page("b up 12:00:08.000", "c up 12:00:07.000"));

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
    Iterator<String> answers = List.of(page("a up 12:00:09.000"), NONE).iterator();
    HeliconePages pages = pages(Duration.ofMinutes(1), request -> answers.next(), System::nanoTime);

    assertThat(pages.next().requestId()).isEqualTo("a");
    assertThat(pages.hasNext()).isFalse();
    assertThatThrownBy(pages::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void rowOfATimeThatWasNotAskedForEndsTheReading() {
    server.answerAll(seen -> Reply.of(201, page("a up 12:00:09.000", "b down 12:00:08.000")));
    List<String> read = new ArrayList<>();

    assertThatThrownBy(
            () ->
                client
                    .query(HeliconeQuery.where(positive()))
                    .forEach(rated -> read.add(rated.requestId())))
        .isInstanceOfSatisfying(
            UnreadableResponseException.class, e -> assertThat(e.mayHaveArrived()).isFalse())
        .hasMessage(
            "helicone showed a row of a time that was not asked for; does something in between drop"
                + " the query's filter?");
    assertThat(read).containsExactly("a");
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void aServerThatDropsTheOffsetIsNotAskedForEver() {
    server.answerAll(seen -> Reply.of(201, page("a up 12:00:09.000")));

    assertThat(failure(UnreadableResponseException.class))
        .hasMessageStartingWith("helicone responds to every page with the same rows");
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void rowsThatAreNotInTheOrderAskedForEndTheReading() {
    server.enqueue(201, page("a up 12:00:08.000", "b up 12:00:09.000"));
    assertThat(failure(UnreadableResponseException.class))
        .hasMessageStartingWith("helicone's rows are not in the order that was asked for");
  }

  @ParameterizedTest
  @CsvSource({"request_id, request_id", "request_created_at, request_created_at"})
  void rowWithoutItsIdOrTimeEndsTheReading(String without, String named) {
    server.enqueue(201, page("a up 12:00:08.000").replace("\"" + without + "\"", "\"other\""));
    assertThat(failure(UnreadableResponseException.class))
        .hasMessageStartingWith("a row of helicone's has no " + named + " that can be read");
  }

  /** A server that always shows a fresh row that does not match. */
  private void showFreshRows() {
    AtomicInteger fresh = new AtomicInteger();
    LocalTime noon = LocalTime.NOON.plusNanos(500_000_000);
    server.answerAll(
        seen -> {
          int number = fresh.incrementAndGet();
          return Reply.of(201, page("r" + number + " down " + noon.minusSeconds(number)));
        });
  }

  @Test
  void freshRowsThatDoNotMatchAreNotReadForEver() {
    showFreshRows();
    server.enqueue(201, page("a up 23:00:00.000", "b down 22:00:00.000"));
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
    server.enqueue(201, page("a up 23:00:00.000"));
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
    Iterator<String> rows =
        List.of("a down", "b up", "c down", "d down", "e up", "f down", "g down", "h down")
            .iterator();
    AtomicInteger second = new AtomicInteger(60);
    HeliconePages reading =
        pages(
            Duration.ofSeconds(10),
            request -> {
              now.addAndGet(Duration.ofSeconds(4).toNanos());
              return page(rows.next() + " 12:00:" + second.decrementAndGet());
            },
            now::get);

    for (String id : List.of("b", "e")) {
      assertThat(reading.next().requestId()).isEqualTo(id);
      now.addAndGet(Duration.ofHours(1).toNanos());
    }
    assertThatThrownBy(reading::hasNext)
        .isInstanceOf(UndeliveredFeedbackException.class)
        .hasMessageContaining("for 12000 ms, in 3000 rows");
    assertThat(rows.hasNext()).isFalse();
  }

  @Test
  void anEmptyPageThatComesLateIsTheEndAllTheSame() {
    AtomicLong now = new AtomicLong();
    HeliconePages reading =
        pages(
            Duration.ofSeconds(10),
            request -> {
              now.addAndGet(Duration.ofSeconds(11).toNanos());
              return NONE;
            },
            now::get);

    assertThat(reading.hasNext()).isFalse();
  }

  private static HeliconePages pages(
      Duration longest, Function<WireRequest, String> server, LongSupplier nanoTime) {
    return new HeliconePages(
        new HeliconeReading(HeliconeQuery.where(positive()), longest),
        request -> ProviderResponse.of(201, server.apply(request)),
        nanoTime);
  }

  @Test
  void limitEndsTheStreamWithoutAskingAgain() {
    server.enqueue(201, page("a up 12:00:09.000", "b up 12:00:09.000"));
    assertThat(ids(HeliconeQuery.where(positive()).pageSize(2).limit(2))).containsExactly("a", "b");
    assertThat(ids(HeliconeQuery.where(positive()).limit(0))).isEmpty();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void noIdsFindNothingWithoutAsking() {
    assertThat(ids(HeliconeQuery.where(requestIds(List.of())))).isEmpty();
    assertThat(server.count()).isZero();
  }

  @Test
  void rowWhoseOwnRatingDoesNotMatchIsLeftOut() {
    server.enqueue(201, page("a down 12:00:09", "b none 12:00:09", "c up 12:00:09"));
    server.enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(negative()))).containsExactly("a");
  }

  @Test
  void rowsWithoutRatingAreLeftOutWhateverTheFilter() {
    server.enqueue(201, page("a down 12:00:09", "b none 12:00:09", "c up 12:00:09"));
    server.enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(rated()))).containsExactly("a", "c");
  }

  @Test
  void rowsOfTheSecondThatTheCallersTimeIsInAreCheckedToTheMillisecond() {
    server.enqueue(201, page("a up 12:00:05.500", "b up 12:00:05.250", "c up 12:00:05.249"));
    server.enqueue(201, NONE);
    HeliconeFilter half =
        since(Instant.parse("2026-11-21T12:00:05.250Z"))
            .and(before(Instant.parse("2026-11-21T12:00:05.500Z")));

    assertThat(ids(HeliconeQuery.where(half))).containsExactly("b");
    assertThat(server.take().body())
        .contains("{\"gte\":\"2026-11-21T12:00:05Z\"}", "{\"lt\":\"2026-11-21T12:00:06Z\"}");
  }

  @Test
  void pageThatIsLeftOutWholeIsNotTheEnd() {
    server
        .enqueue(201, page("a up 12:00:09", "b none 12:00:08"))
        .enqueue(201, page("c down 12:00:07"))
        .enqueue(201, NONE);
    assertThat(ids(HeliconeQuery.where(negative()))).containsExactly("c");
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
    Reply cut = Reply.of(201, page("a up 12:00:09")).with(Reply.Fault.CLOSED_IN_ANSWER);
    server.enqueue(cut).enqueue(cut);
    assertThat(failure(UnreadableResponseException.class))
        .hasMessageContaining("broke off")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("arrived", "base URL"))
        .satisfies(e -> assertThat(e.mayHaveArrived()).isFalse());
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

  /** The time that a request adds to its filter, such as {@code "lt 12:00:06"}. */
  private static String bound(Seen seen) {
    Matcher bound =
        Pattern.compile("\\{\"request_created_at\":\\{\"(\\w+)\":\"[-0-9]+T([0-9:]+)Z")
            .matcher(seen.body());
    return bound.find() ? bound.group(1) + " " + bound.group(2) : "";
  }

  private static int rows(Seen seen) {
    return number(seen, "limit");
  }

  private static int offset(Seen seen) {
    return number(seen, "offset");
  }

  private static int number(Seen seen, String key) {
    Matcher number = Pattern.compile("\"" + key + "\":(\\d+)").matcher(seen.body());
    return number.find() ? Integer.parseInt(number.group(1)) : 0;
  }
}
