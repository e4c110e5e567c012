package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.contract.WireExample.assertSameJson;
import static io.github.llmfeedback.contract.WireExample.json;
import static io.github.llmfeedback.helicone.HeliconeFilter.before;
import static io.github.llmfeedback.helicone.HeliconeFilter.model;
import static io.github.llmfeedback.helicone.HeliconeFilter.negative;
import static io.github.llmfeedback.helicone.HeliconeFilter.positive;
import static io.github.llmfeedback.helicone.HeliconeFilter.property;
import static io.github.llmfeedback.helicone.HeliconeFilter.rated;
import static io.github.llmfeedback.helicone.HeliconeFilter.requestId;
import static io.github.llmfeedback.helicone.HeliconeFilter.since;
import static io.github.llmfeedback.helicone.HeliconeFilter.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeliconeQueryTest {
  static Stream<Arguments> filters() {
    return Stream.of(
        arguments("query-positive", positive()),
        arguments("query-negative", negative()),
        arguments("query-by-request-id", requestId("11111111-1111-4111-8111-111111111111")),
        arguments("query-by-property", property("env", "test")),
        arguments("query-by-user", user("u1")),
        arguments("query-by-model", model("gpt-4o-mini")),
        arguments("query-all", rated()));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void filterIsWrittenAsTheServerWasSeenToReadIt(String example, HeliconeFilter filter) {
    WireExample.of("helicone/" + example + ".json")
        .assertAsks(HeliconeQuery.where(filter).page(0), "/filter");
  }

  @Test
  void filtersJoinInABranch() {
    WireRequest page =
        HeliconeQuery.where(positive().and(since(Instant.parse("2026-01-01T00:00:00Z"))))
            .pageSize(10)
            .page(0);
    WireExample.of("helicone/query-with-branch.json").assertAsks(page);
  }

  @Test
  void branchesNestAsTheyAreWritten() {
    assertFilter(
        negative().and(user("a").or(user("b"))),
        """
        {"left":{"request_response_rmt":{"helicone-score-feedback":{"equals":false}}},
         "operator":"and",
         "right":{"left":{"request_response_rmt":{"user_id":{"equals":"a"}}},
                  "operator":"or",
                  "right":{"request_response_rmt":{"user_id":{"equals":"b"}}}}}
        """);
  }

  @Test
  void ratedAddsNothingToAnotherFilterBecauseEveryResultIs() {
    String userAlone = "{\"request_response_rmt\":{\"user_id\":{\"equals\":\"a\"}}}";
    assertFilter(rated().and(user("a")), userAlone);
    assertFilter(user("a").and(rated()), userAlone);
    assertFilter(rated().or(user("a")), "\"all\"");
    assertFilter(user("a").or(rated()), "\"all\"");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-01T00:00:00Z, 2026-11-01T00:00:00Z",
    "2026-11-01T00:00:00.123Z, 2026-11-01T00:00:00.123Z",
    "2026-11-01T00:00:00.123000001Z, 2026-11-01T00:00:00.124Z",
  })
  void timeIsRoundedUpToTheMillisecondsOfRows(String time, String written) {
    String leaf = "{\"request_response_rmt\":{\"request_created_at\":{\"%s\":\"%s\"}}}";
    assertFilter(since(Instant.parse(time)), leaf.formatted("gte", written));
    assertFilter(before(Instant.parse(time)), leaf.formatted("lt", written));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999000001Z",
        "0000-12-31T23:59:59.999Z",
        "-1000000000-01-01T00:00:00Z",
        "+1000000000-12-31T23:59:59.999999999Z"
      })
  void timeThatTheServerCannotReadIsRefusedByName(Instant time) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> since(time))
        .withMessage("since must be in the years 1 to 9999, but is " + time);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> before(time))
        .withMessage("before must be in the years 1 to 9999, but is " + time);
  }

  @ParameterizedTest
  @CsvSource({
    "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "0000-12-31T23:59:59.999000001Z, 0001-01-01T00:00:00Z"
  })
  void firstAndLastTimeAreTaken(Instant time, String written) {
    assertThat(json(since(time).wire(false))).contains(written);
  }

  @Test
  void nullsAreNamed() {
    assertThatNullPointerException()
        .isThrownBy(() -> since(Absent.absent()))
        .withMessage("since must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> before(Absent.absent()))
        .withMessage("before must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> positive().and(Absent.absent()))
        .withMessage("other filter must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> positive().or(Absent.absent()))
        .withMessage("other filter must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> requestId(Absent.absent()))
        .withMessage("id must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> property(Absent.absent(), "v"))
        .withMessage("name must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> HeliconeQuery.where(Absent.absent()))
        .withMessage("filter must not be null");
  }

  @Test
  void requestIdIsLowered() {
    assertThat(requestId("ABCDEFAB-1111-4111-8111-ABCDEFABCDEF").wire(false))
        .isEqualTo(requestId("abcdefab-1111-4111-8111-abcdefabcdef").wire(false));
  }

  static Stream<Arguments> scored() {
    return Stream.of(
        arguments(positive(), false),
        arguments(positive().and(user("u")), false),
        arguments(user("u").and(positive()), false),
        arguments(positive().or(user("u")), true),
        arguments(user("u").or(positive()), true),
        arguments(positive().and(user("u")).or(user("v").and(positive())), false),
        arguments(negative(), true),
        arguments(rated(), true),
        arguments(user("u"), true));
  }

  @ParameterizedTest
  @MethodSource("scored")
  void serverIsToldToLeaveOutTheUnratedUnlessTheFilterDoes(HeliconeFilter filter, boolean told) {
    String body = json(HeliconeQuery.where(filter).page(0).body());
    assertThat(body.contains("\"isScored\":true")).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    "positive, true, false",
    "negative, false, true",
    "rated, true, true",
    "user, true, true",
    "positiveOfUser, true, false",
    "positiveOrUser, true, true",
    "both, false, false",
  })
  void rowIsKeptByItsOwnRating(String name, boolean keepsPositive, boolean keepsNegative) {
    HeliconeFilter filter =
        switch (name) {
          case "positive" -> positive();
          case "negative" -> negative();
          case "rated" -> rated();
          case "user" -> user("u");
          case "positiveOfUser" -> positive().and(user("u"));
          case "positiveOrUser" -> positive().or(user("u"));
          default -> positive().and(negative());
        };
    assertThat(filter.keeps(true)).isEqualTo(keepsPositive);
    assertThat(filter.keeps(false)).isEqualTo(keepsNegative);
  }

  @Test
  void pagesFollowEachOtherByTheRowsAskedFor() {
    HeliconeQuery query = HeliconeQuery.where(positive()).oldestFirst().offset(7).pageSize(50);
    assertSameJson(
        json(query.page(2).body()),
        """
        {"filter":{"request_response_rmt":{"helicone-score-feedback":{"equals":true}}},
         "limit":50,"offset":107,"sort":{"created_at":"asc"}}
        """);
  }

  @Test
  void pageIsAQuestionThatMayBeRepeated() {
    WireRequest page = HeliconeQuery.where(positive()).page(0);
    assertThat(page.isReadOnly()).isTrue();
    assertThat(page.isRepeatable()).isTrue();
    assertThat(page.spacing()).isEmpty();
  }

  @Test
  void viaRequestQueryIsThePublicPagesForm() {
    WireExample.of("helicone/query-of-the-public-page.json")
        .assertAsks(HeliconeQuery.where(positive()).viaRequestQuery().page(0), "/filter");
  }

  @Test
  void viaRequestQueryHasTablesOfItsOwnAndKnowsNoScores() {
    WireRequest page =
        HeliconeQuery.where(
                negative()
                    .and(requestId("i"))
                    .and(user("u"))
                    .and(model("m"))
                    .and(property("p", "v"))
                    .and(before(Instant.EPOCH)))
            .viaRequestQuery()
            .page(0);
    String body = json(page.body());
    assertThat(body)
        .contains("{\"feedback\":{\"rating\":{\"equals\":false}}}")
        .contains("{\"request\":{\"id\":{\"equals\":\"i\"}}}")
        .contains("{\"request\":{\"user_id\":{\"equals\":\"u\"}}}")
        .contains("{\"request\":{\"model\":{\"equals\":\"m\"}}}")
        .contains("{\"properties\":{\"p\":{\"equals\":\"v\"}}}")
        .contains("{\"request\":{\"created_at\":{\"lt\":\"1970-01-01T00:00:00Z\"}}}")
        .doesNotContain("isScored")
        .doesNotContain("request_response_rmt");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1001})
  void pageSizeThatTheServerRefusesIsRefused(int rows) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HeliconeQuery.where(positive()).pageSize(rows))
        .withMessageContaining("1 to 1000");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void leastAndMostAreTaken(int rows) {
    HeliconeQuery query = HeliconeQuery.where(positive()).pageSize(rows).offset(0).limit(0);
    assertThat(query.page(0).json()).contains("\"limit\":" + rows).doesNotContain("offset");
  }

  @Test
  void negativeLimitAndOffsetAreRefused() {
    HeliconeQuery query = HeliconeQuery.where(positive());
    assertThatIllegalArgumentException().isThrownBy(() -> query.limit(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> query.offset(-1));
  }

  @Test
  void aValueThatIsBlankOrNoTextIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> user(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> property("", "v"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> property("tone", "\ud83d"))
        .withMessageStartingWith("value must be well-formed text");
  }

  private static void assertFilter(HeliconeFilter filter, String json) {
    assertSameJson(json(filter.wire(false)), json);
  }
}
