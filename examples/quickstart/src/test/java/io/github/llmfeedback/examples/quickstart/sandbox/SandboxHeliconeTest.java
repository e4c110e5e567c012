package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxHeliconeTest {
  private static final UUID ID = UUID.fromString("abcdefab-1111-4111-8111-abcdefabcdef");
  private static final String OK = "{'data':null,'error':null}";

  private final ManualClock clock = new ManualClock();
  private final Sandbox sandbox = new Sandbox(Duration.ofMillis(300), clock);
  private final Caller helicone =
      new Caller(sandbox.heliconeBaseUrl(), "Authorization", "Bearer " + sandbox.heliconeKey());

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void feedbackBeforeIngestionIsAnswered201AndLost() {
    sandbox.helicone().llmCall(ID, Map.of());
    clock.advance(Duration.ofMillis(299));

    Caller.Answer early = rate(ID.toString(), "{'rating':true}");
    clock.advance(Duration.ofMillis(1));

    assertThat(early.status()).isEqualTo(201);
    assertThat(early.json()).isEqualTo(Caller.json(OK));
    assertThat(sandbox.helicone().rating(ID)).isEmpty();
    assertThat(sandbox.kept("helicone")).isZero();
  }

  @Test
  void feedbackAfterIngestionIsKeptAndTheLastOneWins() {
    ingest();

    rate(ID.toString(), "{'rating':true}");
    assertThat(sandbox.helicone().rating(ID)).contains(true);

    rate(ID.toString(), "{'rating':false}");
    assertThat(sandbox.helicone().rating(ID)).contains(false);
    assertThat(sandbox.kept("helicone")).isEqualTo(1);
    assertThat(sandbox.requests("helicone")).isEqualTo(2);
  }

  @Test
  void anUnknownRequestIsAnsweredLikeAKnownOne() {
    assertThat(rate(ID.toString(), "{'rating':true}").status()).isEqualTo(201);
    assertThat(sandbox.kept("helicone")).isZero();
  }

  @Test
  void anUpperCaseIdIsAnswered201AndDropped() {
    ingest();

    Caller.Answer answer = rate("ABCDEFAB-1111-4111-8111-ABCDEFABCDEF", "{'rating':true}");

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json()).isEqualTo(Caller.json(OK));
    assertThat(sandbox.helicone().rating(ID)).isEmpty();
  }

  @Test
  void feedbackOnARowOlderThanThirtyDaysIsLost() {
    ingest();
    clock.advance(Duration.ofDays(31));

    assertThat(rate(ID.toString(), "{'rating':true}").status()).isEqualTo(201);
    assertThat(sandbox.helicone().rating(ID)).isEmpty();
  }

  @Test
  void feedbackWhileTheDatabaseIsDownIsAnswered201AndDropped() {
    ingest();
    sandbox.helicone().databaseDown(true);

    Caller.Answer answer = rate(ID.toString(), "{'rating':true}");
    sandbox.helicone().databaseDown(false);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json()).isEqualTo(Caller.json(OK));
    assertThat(sandbox.helicone().rating(ID)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "req_abc123def456",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "00000000-0000-0000-0000-000000000000"
      })
  void anIdThatIsNoUuidOfVersionOneToFiveIsAServerError(String id) {
    Caller.Answer answer = rate(id, "{'rating':true}");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json())
        .isEqualTo(Caller.json("{'data':null,'error':'Invalid requestId: must be a valid UUID'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'rating':'yes'} | {'requestBody.rating':"
            + "{'message':'invalid boolean value','value':'yes'}}",
        "{'rating':1} | {'requestBody.rating':{'message':'invalid boolean value','value':1}}",
        "[{'rating':true}] | {'requestBody':"
            + "{'message':'invalid object','value':[{'rating':true}]}}"
      })
  void aWrongBodyIsRefusedAsObserved(String body, String details) {
    Caller.Answer answer = rate(ID.toString(), body);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json())
        .isEqualTo(Caller.json("{'message':'Validation Failed','details':" + details + "}"));
  }

  @Test
  void aMissingRatingAndAnExtraKeyAreNamed() {
    assertThat(rate(ID.toString(), "{}").body())
        .isEqualTo(
            "{\"message\":\"Validation Failed\",\"details\":"
                + "{\"requestBody.rating\":{\"message\":\"'rating' is required\"}}}");
    assertThat(rate(ID.toString(), "{'rating':true,'comment':'x'}").body())
        .isEqualTo(
            "{\"message\":\"Validation Failed\",\"details\":{\"requestBody\":{\"message\":"
                + "\"\\\"comment\\\" is an excess property and therefore is not allowed\","
                + "\"value\":{\"comment\":\"x\"}}}}");
  }

  @Test
  void nullIsKeptAsFalseAndATextIsRead() {
    ingest();

    rate(ID.toString(), "{'rating':'true'}");
    assertThat(sandbox.helicone().rating(ID)).contains(true);

    rate(ID.toString(), "{'rating':null}");
    assertThat(sandbox.helicone().rating(ID)).contains(false);
  }

  @Test
  void malformedJsonIsAServerError() {
    assertThat(rate(ID.toString(), "{'rating':").status()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource({
    "X-Other, x, No authorization header",
    "Helicone-Auth, Bearer sk-x, No authorization header",
    "Authorization, Bearer wrong, No API key found",
    "Authorization, bearer sandbox-helicone-key, No API key found"
  })
  void aKeyThatIsNotInItsPlaceIsRefused(String header, String value, String error) {
    Caller caller = new Caller(sandbox.heliconeBaseUrl(), header, value);

    Caller.Answer answer =
        caller.call("POST", "/v1/request/" + ID + "/feedback", "{'rating':true}");

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.json())
        .isEqualTo(Caller.json("{'error':'" + error + "','trace':'isAuthenticated.error'}"));
  }

  @Test
  void aDoubleSlashAndAnotherMethodAreAnsweredWithHtml() {
    Caller.Answer slashes =
        helicone.call("POST", "//v1/request/" + ID + "/feedback", "{'rating':true}");
    Caller.Answer put = helicone.call("PUT", "/v1/request/" + ID + "/feedback", "{'rating':true}");

    assertThat(slashes.status()).isEqualTo(404);
    assertThat(slashes.contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(slashes.body())
        .contains("<pre>Cannot POST //v1/request/" + ID + "/feedback</pre>\n");
    assertThat(put.status()).isEqualTo(404);
    assertThat(put.body()).contains("<pre>Cannot PUT /v1/request/" + ID + "/feedback</pre>\n");
  }

  private void ingest() {
    sandbox.helicone().llmCall(ID, Map.of());
    clock.advance(Duration.ofMillis(300));
  }

  private Caller.Answer rate(String id, String body) {
    return helicone.call("POST", "/v1/request/" + id + "/feedback", body);
  }
}
