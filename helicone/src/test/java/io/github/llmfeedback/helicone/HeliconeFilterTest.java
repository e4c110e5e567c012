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
import static io.github.llmfeedback.helicone.HeliconeFilter.requestIds;
import static io.github.llmfeedback.helicone.HeliconeFilter.since;
import static io.github.llmfeedback.helicone.HeliconeFilter.user;
import static io.github.llmfeedback.helicone.HeliconeRows.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a filter is asked of the server, and what is checked here. */
class HeliconeFilterTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static Object asked(HeliconeFilter filter) {
    Object json = filter.asked(false).json();
    assertThat(json).isNotNull();
    return Objects.requireNonNull(json);
  }

  private static int depth(Object filter) {
    return filter instanceof HeliconeWire.Branch branch
        ? 1 + Math.max(depth(branch.left()), depth(branch.right()))
        : 0;
  }

  private static Stream<HeliconeFilter> users(int number) {
    return IntStream.range(0, number).mapToObj(i -> user("u" + i));
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 2", "400, 9", "1000, 10"})
  void chainsAreBalanced(int length, int depth) {
    assertThat(depth(asked(users(length).reduce(HeliconeFilter::or).orElseThrow())))
        .isEqualTo(depth);
    assertThat(depth(asked(users(length).reduce(HeliconeFilter::and).orElseThrow())))
        .isEqualTo(depth);
    HeliconeFilter fromTheEnd = users(length).reduce((some, next) -> next.or(some)).orElseThrow();
    assertThat(depth(asked(fromTheEnd))).isEqualTo(depth);
  }

  @Test
  void balancedChainKeepsItsOrder() {
    assertSameJson(
        json(asked(user("a").or(user("b")).or(user("c")))),
        """
        {"left":{"left":{"request_response_rmt":{"user_id":{"equals":"a"}}},
                 "operator":"or",
                 "right":{"request_response_rmt":{"user_id":{"equals":"b"}}}},
         "operator":"or",
         "right":{"request_response_rmt":{"user_id":{"equals":"c"}}}}
        """);
  }

  @Test
  void chainsOfAnyLengthAreTakenAndChecked() {
    HeliconeFilter any = users(100_000).reduce(HeliconeFilter::or).orElseThrow();
    HeliconeFilter all = users(100_000).reduce(HeliconeFilter::and).orElseThrow();
    HeliconeRatedRequest last = request("a up 12:00:00 \"request_user_id\":\"u99999\"");

    assertThat(any.check().test(last)).isTrue();
    assertThat(any.check().test(request("a up 12:00:00"))).isFalse();
    assertThat(all.check().test(last)).isFalse();
  }

  @Test
  void ofMoreThanAThousandConditionsAnOrIsOnlyCheckedAndAnAndIsAskedInPart() {
    HeliconeFilter any = users(1001).reduce(HeliconeFilter::or).orElseThrow();
    assertThat(any.asked(false).json()).isNull();

    HeliconeFilter inTime = positive().and(any).and(since(NOON));
    assertThat(inTime.asked(false).conditions()).isEqualTo(2);
    assertThat(json(asked(inTime))).contains("helicone-score-feedback", "gte");

    HeliconeFilter all = users(1500).reduce(HeliconeFilter::and).orElseThrow();
    assertThat(all.asked(false).conditions()).isEqualTo(1000);
  }

  @Test
  void whatIsNotAskedWholeIsAskedForRatedRequestsOnly() {
    HeliconeFilter many =
        users(600)
            .map(user -> user.and(positive()))
            .reduce(HeliconeFilter::or)
            .orElseThrow(); // 1,200 conditions
    assertThat(json(HeliconeQuery.where(many).page(null, 0, 10).body()))
        .contains("\"filter\":\"all\",\"isScored\":true");
  }

  @Test
  void turnsOfAndAndOrAreBounded() {
    HeliconeFilter deepest = user("u");
    for (int turn = 1; turn <= 25; turn++) {
      deepest = turn % 2 == 0 ? deepest.and(user("u" + turn)) : deepest.or(user("u" + turn));
    }
    HeliconeFilter deep = deepest;
    assertThat(depth(asked(deep))).isEqualTo(25);
    assertThat(depth(asked(deep.or(user("v"))))).isEqualTo(26); // one more link of the same chain
    assertThatIllegalArgumentException()
        .isThrownBy(() -> deep.and(user("v")))
        .withMessageStartingWith("a filter can be at most 25 turns of and and or deep");
  }

  @Test
  void idsAreAskedForAtOnceInLowerCaseAndEachOnce() {
    HeliconeFilter ids = requestIds(List.of("AB", "cd", "ab"));

    assertSameJson(
        json(asked(ids)),
        """
        {"left":{"request_response_rmt":{"request_id":{"equals":"ab"}}},
         "operator":"or",
         "right":{"request_response_rmt":{"request_id":{"equals":"cd"}}}}
        """);
    assertThat(ids.check().test(request("Ab up 12:00:00"))).isTrue();
    assertThat(ids.check().test(request("ef up 12:00:00"))).isFalse();
    assertThat(asked(requestIds(List.of("ab")))).isEqualTo(asked(requestId("ab")));
  }

  @Test
  void noIdsFindNothingInEveryChain() {
    HeliconeFilter none = requestIds(List.of());

    assertThat(none.findsNothing()).isTrue();
    assertThat(none.and(positive()).findsNothing()).isTrue();
    assertThat(positive().and(none).findsNothing()).isTrue();
    assertThat(rated().and(none).findsNothing()).isTrue();
    assertThat(asked(none.or(user("a")))).isEqualTo(asked(user("a")));
    assertThat(asked(user("a").or(none))).isEqualTo(asked(user("a")));
    assertThat(none.or(none).findsNothing()).isTrue();
  }

  @Test
  void idThatIsMissingOrBlankIsNamedByItsIndex() {
    assertThatNullPointerException()
        .isThrownBy(() -> requestIds(Absent.absent()))
        .withMessage("ids must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> requestIds(Arrays.asList("a", Absent.absent())))
        .withMessage("id 1 must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> requestIds(List.of("a", "b", " ")))
        .withMessageStartingWith("id 2 must not be blank");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "__empty__"})
  void wordsThatTheServerReadsAsNoValueAreOnlyChecked(String word) {
    assertThat(user(word).asked(false).json()).isNull();
    assertThat(model(word).asked(false).json()).isNull();
    assertThat(asked(user(word).and(positive()))).isEqualTo(asked(positive()));
    assertThat(user(word).or(positive()).asked(false).json()).isNull();

    String row = "a up 12:00:00 \"%s\":\"%s\"";
    assertThat(user(word).check().test(request(row.formatted("request_user_id", word)))).isTrue();
    assertThat(user(word).check().test(request(row.formatted("request_user_id", "")))).isFalse();
    assertThat(user(word).check().test(request("a up 12:00:00 \"request_user_id\":null")))
        .isFalse();
    assertThat(model(word).check().test(request(row.formatted("model", word)))).isTrue();
    assertThat(model(word).check().test(request("a up 12:00:00"))).isFalse();
  }

  @Test
  void propertyIsAskedForAsItIsWrittenAndInLowerCase() {
    assertSameJson(
        json(asked(property("Prompt-Version", "B"))),
        """
        {"left":{"request_response_rmt":{"properties":{"Prompt-Version":{"equals":"B"}}}},
         "operator":"or",
         "right":{"request_response_rmt":{"properties":{"prompt-version":{"equals":"B"}}}}}
        """);
    HeliconeFilter filter = property("Env", "test");
    String row = "a up 12:00:00 \"properties\":{\"%s\":\"%s\"}";
    assertThat(filter.check().test(request(row.formatted("env", "test")))).isTrue();
    assertThat(filter.check().test(request(row.formatted("Env", "test")))).isTrue();
    assertThat(filter.check().test(request(row.formatted("env", "Test")))).isFalse();
    assertThat(filter.check().test(request(row.formatted("other", "test")))).isFalse();
  }

  @Test
  void everyConditionIsCheckedOnTheRow() {
    String row =
        "id up 12:00:00.500 \"request_user_id\":\"u\",\"model\":\"m\",\"request_model\":\"asked\"";
    HeliconeRatedRequest request = request(row);
    List<HeliconeFilter> met =
        List.of(
            rated(),
            positive(),
            user("u"),
            model("m"),
            model("asked"),
            requestId("ID"),
            since(NOON.plusMillis(500)),
            before(NOON.plusMillis(501)));
    List<HeliconeFilter> unmet =
        List.of(
            negative(),
            user("v"),
            model("n"),
            requestId("other"),
            since(NOON.plusMillis(501)),
            before(NOON.plusMillis(500)));

    assertThat(met).allMatch(filter -> filter.check().test(request));
    assertThat(unmet).noneMatch(filter -> filter.check().test(request));
    assertThat(unmet).allMatch(filter -> filter.or(user("u")).check().test(request));
    assertThat(unmet).noneMatch(filter -> filter.and(user("u")).check().test(request));
  }
}
