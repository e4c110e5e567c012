package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxHumanloopTest {
  private static final String PATH = "/v4/feedback";

  private final Sandbox sandbox = new Sandbox(Duration.ZERO, new ManualClock());
  private final Caller humanloop =
      new Caller(sandbox.humanloopBaseUrl(), "X-API-KEY", sandbox.humanloopKey());

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void oneObjectIsMirroredAsOneObject() {
    Caller.Answer answer =
        post(
            "{'type':'rating','value':'good','data_id':'data_1','user':'ada',"
                + "'created_at':'2026-11-20T09:00:00.000Z'}");

    assertThat(answer.status()).isEqualTo(200);
    SandboxHumanloop.Kept kept = sandbox.humanloop().records().get(0);
    assertThat(kept.id()).startsWith("ann_");
    assertThat(answer.json())
        .isEqualTo(
            Caller.json(
                "{'id':'"
                    + kept.id()
                    + "','type':'rating','value':'good','data_id':'data_1','user':'ada',"
                    + "'created_at':'2026-11-20T09:00:00.000Z'}"));
  }

  @Test
  void anArrayIsMirroredAsAnArrayInItsOrder() {
    JsonNode answer =
        post("[{'type':'rating','value':'bad','data_id':'data_1'},"
                + "{'type':'comment','value':'Too long','data_id':'data_1'}]")
            .json();

    assertThat(answer)
        .extracting(item -> item.path("type").asText())
        .containsExactly("rating", "comment");
    assertThat(answer.path(0).path("user").isNull()).isTrue();
    assertThat(answer.path(1).path("created_at").asText()).isEqualTo("2026-11-20T10:00:00Z");
    assertThat(sandbox.kept("humanloop")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "4", "0.5", "['a','b']", "'a'"})
  void aValueMayHaveAnyOfTheJsonTypesKnown(String value) {
    assertThat(post("{'type':'custom','value':" + value + ",'data_id':'data_1'}").status())
        .isEqualTo(200);
    assertThat(sandbox.humanloop().records().get(0).value()).isEqualTo(Caller.json(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "type       | {'value':'good','data_id':'d'}",
        "type       | {'type':'  ','value':'good','data_id':'d'}",
        "type       | {'type':null,'value':'good','data_id':'d'}",
        "value      | {'type':'rating','data_id':'d'}",
        "value      | {'type':'rating','value':' ','data_id':'d'}",
        "value      | {'type':'rating','value':null,'data_id':'d'}",
        "value      | {'type':'rating','value':{},'data_id':'d'}",
        "value      | {'type':'tags','value':[1],'data_id':'d'}",
        "value      | {'type':'issue','data_id':'d','unset':true}",
        "value      | {'type':'rating','value':'good','data_id':'d','unset':true}",
        "data_id    | {'type':'rating','value':'good'}",
        "data_id    | {'type':'rating','value':'good','data_id':''}",
        "user       | {'type':'rating','value':'good','data_id':'d','user':7}",
        "created_at | {'type':'rating','value':'good','data_id':'d','created_at':'today'}",
        "created_at | {'type':'rating','value':'good','data_id':'d','created_at':7}",
        "unset      | {'type':'rating','value':'good','data_id':'d','unset':'no'}"
      })
  void aFaultIsRefusedAndItsPlaceNamed(String field, String item) {
    Caller.Answer alone = post(item);
    Caller.Answer second = post("[{'type':'rating','value':'good','data_id':'d'}," + item + "]");

    assertThat(alone.status()).isEqualTo(422);
    assertThat(alone.json().path("detail").path(0).path("loc"))
        .isEqualTo(Caller.json("['body','" + field + "']"));
    assertThat(second.status()).isEqualTo(422);
    assertThat(second.json().path("detail").path(0).path("loc"))
        .isEqualTo(Caller.json("['body',1,'" + field + "']"));
    assertThat(sandbox.kept("humanloop")).isZero();
  }

  @Test
  void malformedJsonIsABadRequest() {
    assertThat(post("{'type':").status()).isEqualTo(400);
  }

  @Test
  void aNewerRatingByTheSameUserTakesTheOlderOnesPlace() {
    post("{'type':'rating','value':'good','data_id':'data_1','user':'ada'}");
    post("{'type':'rating','value':'bad','data_id':'data_1','user':'ada'}");
    post("{'type':'rating','value':'good','data_id':'data_1','user':'bob'}");

    assertThat(sandbox.humanloop().records())
        .extracting(record -> record.value().asText())
        .containsExactly("bad", "good");
  }

  @Test
  void unsetWithoutValueRemovesTheCommentAlone() {
    post(
        "[{'type':'rating','value':'bad','data_id':'data_1','user':'ada'},"
            + "{'type':'comment','value':'Too long','data_id':'data_1','user':'ada'},"
            + "{'type':'comment','value':'Other','data_id':'data_2'}]");

    Caller.Answer answer = post("{'type':'comment','data_id':'data_1','unset':true}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(sandbox.humanloop().records())
        .extracting(record -> record.value().asText())
        .containsExactly("bad", "Other");
  }

  @Test
  void unsetWithValueRemovesThatLabelAlone() {
    post(
        "[{'type':'issue','value':'wrong','data_id':'data_1'},"
            + "{'type':'issue','value':'rude','data_id':'data_1'}]");

    post("{'type':'issue','value':'wrong','data_id':'data_1','unset':true}");

    assertThat(sandbox.humanloop().records())
        .extracting(record -> record.value().asText())
        .containsExactly("rude");
  }

  @Test
  void aMissingKeyIsRefused() {
    Caller keyless = new Caller(sandbox.humanloopBaseUrl());

    assertThat(keyless.call("POST", PATH, "{}").status()).isEqualTo(401);
    assertThat(keyless.call("POST", PATH, "{}").json().has("detail")).isTrue();
  }

  @Test
  void anotherPathIsNotFound() {
    assertThat(humanloop.call("POST", "/feedback", "[]").status()).isEqualTo(404);
    assertThat(humanloop.call("POST", PATH + "/", "[]").status()).isEqualTo(404);
  }

  private Caller.Answer post(String body) {
    return humanloop.call("POST", PATH, body);
  }
}
