package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.contract.WireExample.json;
import static io.github.llmfeedback.helicone.HeliconeFilter.before;
import static io.github.llmfeedback.helicone.HeliconeFilter.model;
import static io.github.llmfeedback.helicone.HeliconeFilter.negative;
import static io.github.llmfeedback.helicone.HeliconeFilter.positive;
import static io.github.llmfeedback.helicone.HeliconeFilter.property;
import static io.github.llmfeedback.helicone.HeliconeFilter.rated;
import static io.github.llmfeedback.helicone.HeliconeFilter.since;
import static io.github.llmfeedback.helicone.HeliconeFilter.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the server was seen to do with a query, and what the library makes of it. */
class HeliconeObservedQueryTest extends HeliconeClientFixture {
  private static final String NONE = "{\"data\":[],\"error\":null}";
  private static final String FIRST = "00000001-1111-4111-8111-111111111111";
  private static final String SECOND = "00000002-1111-4111-8111-111111111111";
  private static final Instant HALF = Instant.parse("2026-11-21T12:00:00.950Z");

  /** What a query finds if the server responds to it as to the example. */
  private List<String> found(String example, HeliconeQuery query) {
    server.enqueue(WireExample.of("helicone/" + example + ".json").reply()).enqueue(201, NONE);
    return client.query(query).map(HeliconeRatedRequest::requestId).toList();
  }

  private static WireRequest asked(HeliconeFilter filter) {
    return HeliconeQuery.where(filter).page(null, 0, 10);
  }

  @Test
  void timesAreNotAskedForInMillisecondsWhichFindTooLittle() {
    assertThat(WireExample.of("helicone/query-before-a-millisecond.json").answer().size("/data"))
        .isZero();
    assertThat(json(asked(before(HALF)).body())).contains("{\"lt\":\"2026-11-21T12:00:01Z\"}");
  }

  @Test
  void rowsOfTheSameSecondAreCheckedToTheMillisecond() {
    assertThat(found("query-since-a-millisecond", HeliconeQuery.where(since(HALF))))
        .containsExactly(SECOND);
  }

  @Test
  void requestWithoutAUserIsNotTheUserNull() {
    assertThat(found("query-user-null", HeliconeQuery.where(user("null")))).isEmpty();
    assertThat(server.take().body()).contains("\"filter\":\"all\"");
  }

  @Test
  void requestWithoutAModelIsNotTheModelEmpty() {
    assertThat(found("query-model-empty", HeliconeQuery.where(model("__empty__")))).isEmpty();
    assertThat(server.take().body()).contains("\"filter\":\"all\"");
  }

  @Test
  void propertyIsAlsoAskedForInLowerCaseBecauseTheNameAsSentFindsNothing() {
    assertThat(WireExample.of("helicone/query-property-in-upper-case.json").answer().size("/data"))
        .isZero();
    assertThat(json(asked(property("Env", "test")).body()))
        .contains("\"properties\":{\"Env\":", "\"properties\":{\"env\":");
  }

  @Test
  void shortPageIsNotTheLastBecauseVersionsAreCounted() {
    server
        .enqueue(WireExample.of("helicone/query-versions.json").reply())
        .enqueue(201, HeliconeRows.page(SECOND + " up 12:00:00.990", FIRST + " up 12:00:00.100"))
        .enqueue(201, NONE);

    assertThat(client.query(HeliconeQuery.where(positive()).pageSize(2)))
        .extracting(HeliconeRatedRequest::requestId)
        .containsExactly(SECOND, FIRST);
  }

  @Test
  void requestThatWasRatedOtherwiseBeforeIsLeftOut() {
    assertThat(found("query-older-version", HeliconeQuery.where(positive())))
        .containsExactly(FIRST);
  }

  @Test
  void requestThatOnlyEvaluationsScoredIsLeftOut() {
    assertThat(found("query-other-scores", HeliconeQuery.where(negative()))).containsExactly(FIRST);
  }

  @Test
  void databaseThatIsDownCannotBeToldFromNoRatings() {
    assertThat(found("query-database-down", HeliconeQuery.where(rated()))).isEmpty();
  }

  @Test
  void chainIsWrittenBalancedAsTheServerWasSeenToReadIt() {
    assertThat(WireExample.of("helicone/query-chain-200-deep.json").answer().size("/data"))
        .isZero();
    HeliconeFilter chain =
        IntStream.range(0, 400)
            .mapToObj(i -> user("u" + i))
            .reduce(HeliconeFilter::or)
            .orElseThrow();

    WireExample.of("helicone/query-chain-of-400-balanced.json").assertAsks(asked(chain), "/filter");
    assertThat(found("query-chain-of-400-balanced", HeliconeQuery.where(chain)))
        .containsExactly(FIRST);
  }
}
