package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxBaseplateTest {
  private final Sandbox sandbox = new Sandbox(Duration.ZERO, new ManualClock());
  private final Caller baseplate =
      new Caller(sandbox.baseplateBaseUrl(), "Authorization", "Bearer " + sandbox.baseplateKey());

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void oneRatingIsAnsweredWithItsLog() {
    Caller.Answer answer = patch("{'positive_rating':true,'usage_id':'u1'}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("id").asText()).isEqualTo("u1");
    assertThat(answer.json().path("positive_rating").asBoolean()).isTrue();
    assertThat(sandbox.baseplate().rating("u1")).contains(true);
  }

  @Test
  void theLastRatingWins() {
    patch("{'positive_rating':true,'usage_id':'u1'}");
    patch("{'positive_rating':false,'usage_id':'u1'}");

    assertThat(sandbox.baseplate().rating("u1")).contains(false);
    assertThat(sandbox.kept("baseplate")).isEqualTo(1);
    assertThat(sandbox.requests("baseplate")).isEqualTo(2);
  }

  @Test
  void manyRatingsTravelTogether() {
    Caller.Answer answer =
        patch(
            "{'logs':[{'positive_rating':true,'usage_id':'u1'},"
                + "{'positive_rating':false,'usage_id':'u2'}]}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(sandbox.baseplate().ratings()).isEqualTo(Map.of("u1", true, "u2", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{",
        "{'positive_rating':true}",
        "{'usage_id':'u1'}",
        "{'positive_rating':null,'usage_id':'u1'}",
        "{'positive_rating':'true','usage_id':'u1'}",
        "{'positive_rating':true,'usage_id':null}",
        "{'positive_rating':true,'usage_id':' '}",
        "{'positive_rating':true,'usage_id':'u1','comment':'x'}",
        "{'positive_rating':true,'usage_id':'u1','logs':[]}",
        "{'positive_rating':true,'usage_id':'u1',"
            + "'logs':[{'positive_rating':true,'usage_id':'u2'}]}",
        "{'logs':[]}",
        "{'logs':null}",
        "{'logs':[{'positive_rating':true,'usage_id':'u1'},null]}"
      })
  void neitherFormOrBothIsABadRequestAndNothingIsKept(String body) {
    assertThat(patch(body).status()).isEqualTo(400);
    assertThat(sandbox.kept("baseplate")).isZero();
  }

  @Test
  void aWrongKeyIsRefused() {
    Caller wrong = new Caller(sandbox.baseplateBaseUrl(), "Authorization", "Bearer wrong");

    Caller.Answer answer = wrong.call("PATCH", logs(sandbox.baseplateEndpointId()), "{}");

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("Unauthorized for project or invalid API key.");
  }

  @Test
  void anUnknownEndpointAndAnotherMethodAreRefused() {
    String body = "{'positive_rating':true,'usage_id':'u1'}";

    assertThat(baseplate.call("PATCH", logs("nobody"), body).status()).isEqualTo(404);
    assertThat(baseplate.call("POST", logs(sandbox.baseplateEndpointId()), body).status())
        .isEqualTo(405);
  }

  private Caller.Answer patch(String body) {
    return baseplate.call("PATCH", logs(sandbox.baseplateEndpointId()), body);
  }

  private static String logs(String endpointId) {
    return "/endpoints/" + endpointId + "/logs";
  }
}
