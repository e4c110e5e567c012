package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
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

/** Three rows, a second apart: 1 rated positive, 2 rated negative, 3 not rated. */
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
