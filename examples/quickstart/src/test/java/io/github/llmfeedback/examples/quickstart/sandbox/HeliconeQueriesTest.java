package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Three merged rows, a second apart: 1 rated positive, 2 rated negative, 3 not rated. */
class HeliconeQueriesTest {
  private static final String ROUTE = "/v1/request/query-clickhouse";

  private final ManualClock clock = new ManualClock();
  private final Sandbox sandbox = new Sandbox(Duration.ofMillis(300), clock);
  private final Caller helicone =
      new Caller(sandbox.heliconeBaseUrl(), "Authorization", "Bearer " + sandbox.heliconeKey());

  @BeforeEach
  void threeRows() {
    for (int n = 1; n <= 3; n++) {
      sandbox
          .helicone()
          .llmCall(
              id(n),
              Map.of(
                  "helicone-user-id",
                  "u" + n,
                  "Helicone-Property-env",
                  "test",
                  "Helicone-Session-Id",
                  "s" + n,
                  "Helicone-Model-Override",
                  n == 3 ? "gpt-4o" : "gpt-4o-mini"));
      clock.advance(Duration.ofSeconds(1));
    }
    helicone.call("POST", "/v1/request/" + id(1) + "/feedback", "{'rating':true}");
    helicone.call("POST", "/v1/request/" + id(2) + "/feedback", "{'rating':false}");
    sandbox.helicone().table().merge();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "321 | {'filter':'all'}",
        "321 | {'filter':{}}",
        "321 | {'filter':{'request_response_rmt':{}}}",
        "123 | {'filter':'all','sort':{'created_at':'asc'}}",
        "321 | {'filter':'all','sort':{'created_at':'desc'}}",
        "32  | {'filter':'all','limit':2}",
        "2   | {'filter':'all','limit':1,'offset':1}",
        "``  | {'filter':'all','limit':0}",
        "1   | {'filter':{'request_response_rmt':{'helicone-score-feedback':{'equals':true}}}}",
        "32  | {'filter':{'request_response_rmt':{'helicone-score-feedback':{'equals':false}}}}",
        "2   | {'filter':{'request_response_rmt':{'helicone-score-feedback':{'equals':false}}},"
            + "'isScored':true}",
        "21  | {'filter':'all','isScored':true}",
        "2   | {'filter':{'request_response_rmt':{'user_id':{'equals':'u2'}}}}",
        "21  | {'filter':{'request_response_rmt':{'model':{'equals':'gpt-4o-mini'}}}}",
        "321 | {'filter':{'request_response_rmt':{'properties':{'env':{'equals':'test'}}}}}",
        "3   | {'filter':{'request_response_rmt':"
            + "{'properties':{'Helicone-Session-Id':{'equals':'s3'}}}}}",
        "``  | {'filter':{'request_response_rmt':{'properties':{'nope':{'equals':'test'}}}}}",
        "32  | {'filter':{'request_response_rmt':"
            + "{'request_created_at':{'gte':'2026-11-20T10:00:01Z'}}}}",
        "3   | {'filter':{'request_response_rmt':"
            + "{'request_created_at':{'gt':'2026-11-20T10:00:01.000Z'}}}}",
        "21  | {'filter':{'request_response_rmt':"
            + "{'request_created_at':{'lte':'2026-11-20T10:00:01Z'}}}}",
        "1   | {'filter':{'request_response_rmt':"
            + "{'request_created_at':{'lt':'2026-11-20T10:00:01Z'}}}}",
        "1   | {'filter':{'left':{'request_response_rmt':{'model':{'equals':'gpt-4o-mini'}}},"
            + "'operator':'and','right':{'request_response_rmt':{'user_id':{'equals':'u1'}}}}}",
        "31  | {'filter':{'left':{'request_response_rmt':{'user_id':{'equals':'u1'}}},"
            + "'operator':'or','right':{'request_response_rmt':{'user_id':{'equals':'u3'}}}}}",
        "1   | {'filter':{'request_response_rmt':"
            + "{'user_id':{'equals':'u1'},'model':{'equals':'gpt-4o'}}}}"
      })
  void aQueryChoosesTheseRows(String numbers, String query) {
    assertThat(numbers(query)).isEqualTo(numbers);
  }

  @Test
  void aRequestIsFoundByItsIdAndWrittenAsObserved() {
    JsonNode row =
        data("{'filter':{'request_response_rmt':{'request_id':{'equals':'"
                + id(1)
                + "'}}},'limit':1}")
            .path(0);

    assertThat(row.path("request_id").asText()).isEqualTo(id(1).toString());
    assertThat(row.path("request_created_at").asText()).isEqualTo("2026-11-20T10:00:00.000Z");
    assertThat(row.path("request_user_id").asText()).isEqualTo("u1");
    assertThat(row.path("properties"))
        .isEqualTo(Caller.json("{'env':'test','Helicone-Session-Id':'s1'}"));
    assertThat(row.path("total_tokens").isTextual()).isTrue();
    assertThat(row.path("feedback_created_at").isNull()).isTrue();
    assertThat(row.path("scores")).isEqualTo(Caller.json("{'helicone-score-feedback':'1'}"));
  }

  @Test
  void aScoreIsATextOnSomeRowsANumberOnOthersAndAbsentWhereNobodyRated() {
    JsonNode rows = data("{'filter':'all'}");

    assertThat(rows.path(0).path("scores")).isEqualTo(Caller.json("{}"));
    assertThat(rows.path(1).path("scores")).isEqualTo(Caller.json("{'helicone-score-feedback':0}"));
    assertThat(rows.path(2).path("scores"))
        .isEqualTo(Caller.json("{'helicone-score-feedback':'1'}"));
  }

  @Test
  void aRowThatIsNotIngestedYetIsNotFound() {
    sandbox.helicone().llmCall(id(4), Map.of());
    assertThat(numbers("{'filter':'all'}")).isEqualTo("321");

    clock.advance(Duration.ofMillis(300));
    assertThat(numbers("{'filter':'all'}")).isEqualTo("4321");
  }

  /** The rows are of 10:00:00, 10:00:01, 10:00:02 and of 10:00:01.100. */
  @ParameterizedTest
  @CsvSource({
    "4321, gte, 2026-11-20T10:00:00Z",
    "432,  gte, 2026-11-20T10:00:01.950Z",
    "1,    lt,  2026-11-20T10:00:01.950Z",
    "3421, lt,  2026-11-20T10:00:03Z",
    "34,   gt,  2026-11-20T10:00:01.500Z",
    "21,   lte, 2026-11-20T10:00:01.500Z",
    "2,    equals, 2026-11-20T10:00:01.100Z"
  })
  void aTimeInAFilterIsCutToItsSecond(String numbers, String operator, String time) {
    sandbox.helicone().llmCall(id(4), Map.of(), Instant.parse("2026-11-20T10:00:01.100Z"));

    assertThat(numbers(leaf("'request_created_at':{'" + operator + "':'" + time + "'}")).chars())
        .containsExactlyInAnyOrderElementsOf(numbers.chars().boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"user_id", "model"})
  void twoWordsMeanNoValueInsteadOfThemselves(String column) {
    String header = column.equals("model") ? "Helicone-Model-Override" : "Helicone-User-Id";
    sandbox.helicone().llmCall(id(4), Map.of(header, "null"));
    sandbox.helicone().llmCall(id(5), Map.of(header, "__empty__"));
    sandbox.helicone().llmCall(id(6), Map.of(header, ""));
    clock.advance(Duration.ofMillis(300));

    assertThat(numbers(leaf("'" + column + "':{'equals':'null'}"))).isEmpty();
    assertThat(numbers(leaf("'" + column + "':{'equals':'__empty__'}"))).isEqualTo("6");
  }

  @Test
  void thePropertyIsFoundByItsNameInLowerCaseOnly() {
    sandbox
        .helicone()
        .llmCall(id(4), Map.of("Helicone-Property-Env", "prod", "Helicone-Session-Path", "/a"));
    clock.advance(Duration.ofMillis(300));

    assertThat(numbers(leaf("'properties':{'Env':{'equals':'prod'}}"))).isEmpty();
    assertThat(numbers(leaf("'properties':{'env':{'equals':'prod'}}"))).isEqualTo("4");
    assertThat(numbers(leaf("'properties':{'Helicone-Session-Path':{'equals':'/a'}}")))
        .isEqualTo("4");
    assertThat(numbers(leaf("'properties':{'helicone-session-path':{'equals':'/a'}}"))).isEmpty();
  }

  @Test
  void theScoreOfAnEvaluationLetsARequestPassThatNobodyRated() {
    clock.advance(Duration.ofSeconds(1));
    sandbox.helicone().score(id(3), "accuracy", 90);

    assertThat(numbers("{'filter':'all','isScored':true,'limit':2}")).isEqualTo("3");
    assertThat(numbers("{'filter':'all','isScored':true,'offset':2}")).isEqualTo("21");
    assertThat(data("{'filter':'all','limit':1}").path(0).path("scores"))
        .isEqualTo(Caller.json("{'accuracy':'90'}"));
  }

  /** ClickHouse parses to a depth of 1,000, of which a nesting takes 5. */
  @Test
  void aFilterOf200NestingsFindsNothing() {
    assertThat(numbers("{'filter':" + chain(199) + "}")).isEqualTo("321");
    assertThat(numbers("{'filter':" + chain(200) + "}")).isEmpty();
    assertThat(numbers("{'filter':" + balanced(400) + "}")).isEqualTo("321");
  }

  /** Jackson reads to a depth of 1,000, and before 2.15 to any. */
  @Test
  void aFilterOf100000NestingsFindsNothingOrIsMalformed() {
    Caller.Answer answer = query("{'filter':" + chain(100_000) + "}");

    assertThat(answer.json())
        .isIn(
            Caller.json("{'message':'Internal Server Error'}"),
            Caller.json("{'data':[],'error':null}"));
  }

  @Test
  void aDatabaseThatIsDownIsAnEmptyList() {
    sandbox.helicone().databaseDown(true);
    assertThat(numbers("{'filter':'all'}")).isEmpty();

    sandbox.helicone().databaseDown(false);
    assertThat(numbers("{'filter':'all'}")).isEqualTo("321");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1001", "-1"})
  void aLimitBeyondItsBoundsIsAServerError(String limit) {
    Caller.Answer answer = query("{'filter':'all','limit':" + limit + "}");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json()).isEqualTo(Caller.json("{'data':null,'error':'invalid limit'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "requestBody.filter   | {'limit':1}",
        "requestBody.filter   | {'filter':null}",
        "requestBody.filter   | {'filter':'some'}",
        "requestBody.filter   | {'filter':{'nope':{}}}",
        "requestBody.filter   | {'filter':{'request_response_rmt':{'nope':{'equals':true}}}}",
        "requestBody.filter   | {'filter':{'request_response_rmt':{'user_id':{'equals':7}}}}",
        "requestBody.filter   | {'filter':{'request_response_rmt':{'user_id':{'nope':'u1'}}}}",
        "requestBody.filter   | {'filter':{'request_response_rmt':"
            + "{'request_created_at':{'gte':'today'}}}}",
        "requestBody.filter   | {'filter':{'left':'all','operator':'xor','right':'all'}}",
        "requestBody.filter   | {'filter':{'left':'all','operator':'and'}}",
        "requestBody.nope     | {'filter':'all','nope':1}",
        "requestBody.limit    | {'filter':'all','limit':'1'}",
        "requestBody.isScored | {'filter':'all','isScored':1}",
        "requestBody.sort     | {'filter':'all','sort':{'nope':'asc'}}",
        "requestBody          | []"
      })
  void aWrongQueryIsRefusedAndItsPlaceNamed(String place, String query) {
    Caller.Answer answer = query(query);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("message").asText()).isEqualTo("Validation Failed");
    assertThat(answer.json().path("details").has(place)).isTrue();
  }

  @Test
  void theOldRouteAlwaysAnswersAnEmptyList() {
    Caller.Answer answer =
        helicone.call(
            "POST",
            "/v1/request/query",
            "{'filter':{'feedback':{'rating':{'equals':true}}},'limit':100}");

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json()).isEqualTo(Caller.json("{'data':[],'error':null}"));
  }

  private String numbers(String query) {
    List<String> numbers = new ArrayList<>();
    data(query).forEach(row -> numbers.add(row.path("request_id").asText().substring(0, 1)));
    return String.join("", numbers);
  }

  private static String leaf(String condition) {
    return "{'filter':{'request_response_rmt':{" + condition + "}}}";
  }

  private static String chain(int nestings) {
    return "{'left':".repeat(nestings)
        + "'all'"
        + ",'operator':'or','right':'all'}".repeat(nestings);
  }

  private static String balanced(int leaves) {
    return leaves == 1
        ? "'all'"
        : "{'left':%s,'operator':'or','right':%s}"
            .formatted(balanced(leaves / 2), balanced(leaves - leaves / 2));
  }

  private JsonNode data(String query) {
    Caller.Answer answer = query(query);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().path("error").isNull()).isTrue();
    return answer.json().path("data");
  }

  private Caller.Answer query(String query) {
    return helicone.call("POST", ROUTE, query);
  }

  private static UUID id(int number) {
    return UUID.fromString("nnnnnnnn-1111-4111-8111-111111111111".replace('n', digit(number)));
  }

  private static char digit(int number) {
    return Character.forDigit(number, 10);
  }
}
