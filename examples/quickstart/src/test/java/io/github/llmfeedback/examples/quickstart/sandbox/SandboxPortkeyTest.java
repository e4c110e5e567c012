package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxPortkeyTest {
  private final Sandbox sandbox = new Sandbox(Duration.ZERO, new ManualClock());
  private final Caller portkey =
      new Caller(sandbox.portkeyBaseUrl(), "x-portkey-api-key", sandbox.portkeyKey());

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void oneObjectIsKeptWithEverythingInIt() {
    Caller.Answer answer =
        portkey.call(
            "POST",
            "/feedback",
            "{'trace_id':'t1','value':-10,'weight':0.5,'metadata':{'text':'Too long','x':null}}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("success");
    SandboxPortkey.Kept kept = sandbox.portkey().records().get(0);
    assertThat(answer.json().path("feedback_ids").path(0).asText()).isEqualTo(kept.id());
    assertThat(kept.traceId()).isEqualTo("t1");
    assertThat(kept.value()).isEqualTo(-10);
    assertThat(kept.weight()).isEqualTo(0.5);
    assertThat(kept.metadata()).isEqualTo(Caller.json("{'text':'Too long','x':null}"));
  }

  @Test
  void anArrayIsAnsweredWithItsIdsInInputOrder() {
    JsonNode ids =
        portkey
            .call(
                "POST",
                "/feedback",
                "[{'trace_id':'a','value':1},{'trace_id':'b','value':2},"
                    + "{'trace_id':'c','value':3}]")
            .json()
            .path("feedback_ids");

    assertThat(ids).hasSize(3);
    assertThat(sandbox.portkey().records())
        .extracting(SandboxPortkey.Kept::traceId)
        .containsExactly("a", "b", "c");
    assertThat(sandbox.portkey().records())
        .extracting(SandboxPortkey.Kept::id)
        .containsExactly(ids.path(0).asText(), ids.path(1).asText(), ids.path(2).asText());
  }

  @Test
  void aRepeatedCreateCountsTwice() {
    create("{'trace_id':'t1','value':1}");
    create("{'trace_id':'t1','value':1}");

    assertThat(sandbox.kept("portkey")).isEqualTo(2);
    assertThat(sandbox.requests("portkey")).isEqualTo(2);
  }

  @Test
  void oneBadItemRefusesTheWholeArray() {
    Caller.Answer answer =
        portkey.call("POST", "/feedback", "[{'trace_id':'a','value':1},{'trace_id':'b'}]");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json())
        .isEqualTo(
            Caller.json(
                "{'success':false,"
                    + "'data':{'message':'[1]: value is required','errorCode':'AB01'}}"));
    assertThat(sandbox.kept("portkey")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'value':1}",
        "{'trace_id':'t1'}",
        "{'trace_id':null,'value':1}",
        "{'trace_id':7,'value':1}",
        "{'trace_id':'t1','value':null}",
        "{'trace_id':'t1','value':11}",
        "{'trace_id':'t1','value':-11}",
        "{'trace_id':'t1','value':0.5}",
        "{'trace_id':'t1','value':1.0}",
        "{'trace_id':'t1','value':'1'}",
        "{'trace_id':'t1','value':99999999999999999999}",
        "{'trace_id':'t1','value':1,'weight':1.1}",
        "{'trace_id':'t1','value':1,'weight':-0.1}",
        "{'trace_id':'t1','value':1,'weight':null}",
        "{'trace_id':'t1','value':1,'metadata':null}",
        "{'trace_id':'t1','value':1,'metadata':'x'}",
        "{'trace_id':'t1','value':1,'text':'x'}",
        "[]",
        "[[]]",
        "7",
        "{",
        ""
      })
  void whatTheSchemaForbidsIsRefused(String body) {
    Caller.Answer answer = portkey.call("POST", "/feedback", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("data").path("errorCode").asText()).isEqualTo("AB01");
    assertThat(sandbox.kept("portkey")).isZero();
  }

  @Test
  void anUpdateReplacesTheFeedbackAndLetsTheRestFallBack() {
    String id = create("{'trace_id':'t1','value':1,'weight':0.5,'metadata':{'text':'Good'}}");

    Caller.Answer answer = portkey.call("PUT", "/feedback/" + id, "{'value':-1}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("feedback_ids").path(0).asText()).isEqualTo(id);
    assertThat(sandbox.portkey().records())
        .containsExactly(new SandboxPortkey.Kept(id, "t1", -1, 1.0, Caller.json("{}")));
  }

  @Test
  void anUpdateMayNotNameTheTrace() {
    String id = create("{'trace_id':'t1','value':1}");

    assertThat(portkey.call("PUT", "/feedback/" + id, "{'trace_id':'t1','value':2}").status())
        .isEqualTo(400);
  }

  @Test
  void anUpdateOfAnUnknownIdIsNotFound() {
    Caller.Answer answer = portkey.call("PUT", "/feedback/nobody", "{'value':1}");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().path("data").path("errorCode").asText()).isEqualTo("AB02");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/feedback/", "//feedback", "/feedbacks", "/feedback/a/b"})
  void anotherPathIsNotFound(String path) {
    assertThat(portkey.call("POST", path, "{'trace_id':'t1','value':1}").status()).isEqualTo(404);
    assertThat(portkey.call("PUT", path, "{'value':1}").status()).isEqualTo(404);
  }

  @Test
  void aBearerKeyIsTakenToo() {
    Caller bearer =
        new Caller(sandbox.portkeyBaseUrl(), "Authorization", "Bearer " + sandbox.portkeyKey());

    assertThat(bearer.call("POST", "/feedback", "{'trace_id':'t1','value':1}").status())
        .isEqualTo(200);
  }

  @Test
  void aWrongKeyIsRefusedAsTheRealOneSaysIt() {
    Caller wrong = new Caller(sandbox.portkeyBaseUrl(), "x-portkey-api-key", "wrong");

    Caller.Answer answer = wrong.call("POST", "/feedback", "{'trace_id':'t1','value':1}");

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.json())
        .isEqualTo(Caller.json("{'message':'Portkey Error: Invalid API Key. Error Code: 03'}"));
  }

  private String create(String body) {
    return portkey.call("POST", "/feedback", body).json().path("feedback_ids").path(0).asText();
  }
}
