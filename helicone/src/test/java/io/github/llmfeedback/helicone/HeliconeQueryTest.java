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
import static io.github.llmfeedback.helicone.HeliconeRows.request;
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
        .assertAsks(HeliconeQuery.where(filter).page(null, 0, 100), "/filter");
  }

  @Test
  void filtersJoinInABranch() {
    WireRequest page =
        HeliconeQuery.where(positive().and(since(Instant.parse("2026-01-01T00:00:00Z"))))
            .page(null, 0, 10);
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
    "2026-11-01T00:00:00Z, 2026-11-01T00:00:00Z, 2026-11-01T00:00:00Z",
    "2026-11-01T00:00:00.123Z, 2026-11-01T00:00:00Z, 2026-11-01T00:00:01Z",
    "1969-12-31T23:59:59.000000001Z, 1969-12-31T23:59:59Z, 1970-01-01T00:00:00Z",
  })
  void timesAreAskedForInWholeSecondsThatHoldThem(String time, String since, String before) {
    String leaf = "{\"request_response_rmt\":{\"request_created_at\":{\"%s\":\"%s\"}}}";
    assertFilter(since(Instant.parse(time)), leaf.formatted("gte", since));
    assertFilter(before(Instant.parse(time)), leaf.formatted("lt", before));
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

  @Test
  void firstAndLastTimeAreTakenAndOnlyCheckedWhereTheServerCannotReadThem() {
    Instant last = Instant.parse("9999-12-31T23:59:59.999Z");
    Instant first = Instant.parse("0000-12-31T23:59:59.999000001Z");

    assertThat(since(last).asked(false).json()).asString().contains("9999-12-31T23:59:59Z");
    assertThat(before(last).asked(false).json()).isNull();
    assertThat(since(first).asked(false).json()).isNull();
    assertThat(before(first).asked(false).json()).asString().contains("0001-01-01T00:00:00Z");
    assertThat(before(last).and(since(first)).check().test(request("a up 12:00:00"))).isTrue();
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
    assertThat(requestId("ABCDEFAB-1111-4111-8111-ABCDEFABCDEF").asked(false))
        .isEqualTo(requestId("abcdefab-1111-4111-8111-abcdefabcdef").asked(false));
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
    String body = json(HeliconeQuery.where(filter).page(null, 0, 100).body());
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
    String byUser = " 12:00:00 \"request_user_id\":\"u\"";
    assertThat(filter.check().test(request("a up" + byUser))).isEqualTo(keepsPositive);
    assertThat(filter.check().test(request("a down" + byUser))).isEqualTo(keepsNegative);
  }

  @Test
  void pageBeginsWithAWholeSecondAndMaySkipRows() {
    Instant second = Instant.parse("2026-11-21T12:00:05Z");
    String page =
        """
        {"filter":{"left":{"request_response_rmt":{"helicone-score-feedback":{"equals":true}}},
                   "operator":"and",
                   "right":{"request_response_rmt":{"request_created_at":{%s}}}},
         "limit":50,"offset":107,"sort":{"created_at":"%s"}}
        """;
    HeliconeQuery query = HeliconeQuery.where(positive());
    assertSameJson(
        json(query.page(second, 107, 50).body()),
        page.formatted("\"lt\":\"2026-11-21T12:00:06Z\"", "desc"));
    assertSameJson(
        json(query.oldestFirst().page(second, 107, 50).body()),
        page.formatted("\"gte\":\"2026-11-21T12:00:05Z\"", "asc"));
  }

  @Test
  void pageIsAQuestionThatMayBeRepeated() {
    WireRequest page = HeliconeQuery.where(positive()).page(null, 0, 100);
    assertThat(page.isReadOnly()).isTrue();
    assertThat(page.isRepeatable()).isTrue();
    assertThat(page.spacing()).isEmpty();
  }

  @Test
  void viaRequestQueryIsThePublicPagesForm() {
    WireExample.of("helicone/query-of-the-public-page.json")
        .assertAsks(
            HeliconeQuery.where(positive()).viaRequestQuery().page(null, 0, 100), "/filter");
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
            .page(Instant.parse("2026-11-21T12:00:05Z"), 0, 100);
    String body = json(page.body());
    assertThat(body)
        .contains("{\"feedback\":{\"rating\":{\"equals\":false}}}")
        .contains("{\"request\":{\"id\":{\"equals\":\"i\"}}}")
        .contains("{\"request\":{\"user_id\":{\"equals\":\"u\"}}}")
        .contains("{\"request\":{\"model\":{\"equals\":\"m\"}}}")
        .contains("{\"properties\":{\"p\":{\"equals\":\"v\"}}}")
        .contains("{\"request\":{\"created_at\":{\"lt\":\"1970-01-01T00:00:00Z\"}}}")
        .contains("{\"request\":{\"created_at\":{\"lt\":\"2026-11-21T12:00:06Z\"}}}")
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
    assertThat(query.page(null, 0, query.pageSize()).json())
        .contains("\"limit\":" + rows)
        .doesNotContain("offset");
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
    assertSameJson(
        json(HeliconeQuery.where(filter).page(null, 0, 100).body())
            .replaceFirst("^\\{\"filter\":(.*),(\"isScored\":true,)?\"limit\":100.*$", "$1"),
        json);
  }
}
