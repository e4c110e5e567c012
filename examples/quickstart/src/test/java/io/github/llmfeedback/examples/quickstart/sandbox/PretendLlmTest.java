package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PretendLlmTest {
  private static final UUID CHOSEN = UUID.fromString("7d0f7d8e-3a53-4a0e-9d1c-0f6f8f0a1b2c");

  private final ManualClock clock = new ManualClock();
  private final Sandbox sandbox = new Sandbox(Duration.ofMillis(300), clock);
  private final PretendLlm llm = new PretendLlm(sandbox);

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void anAnswerCarriesTheIdsOfAllFour() {
    PretendLlm.Answer answer = llm.ask("Why is the sky blue?");

    assertThat(answer.text()).contains("Why is the sky blue?");
    assertThat(answer.portkeyTraceId()).isNotBlank();
    assertThat(answer.humanloopDatapointId()).startsWith("data_");
    assertThat(answer.heliconeRequestId().version()).isEqualTo(4);
    assertThat(answer.baseplateUsageId()).isNotBlank();
  }

  @Test
  void theResponseHeadersCarryTheIdsUnderNamesOfAnyCase() {
    PretendLlm.Answer answer = llm.ask("Why?");

    assertThat(answer.headers().get("X-Portkey-Trace-Id")).containsExactly(answer.portkeyTraceId());
    assertThat(answer.header("helicone-id")).containsExactly(answer.heliconeRequestId().toString());
    assertThat(answer.header("nope")).isEmpty();
  }

  @Test
  void anApplicationMayChooseTheIds() {
    PretendLlm.Answer answer =
        llm.ask(
            "Why?", Map.of("X-Portkey-Trace-Id", "mine", "helicone-request-id", CHOSEN.toString()));

    assertThat(answer.portkeyTraceId()).isEqualTo("mine");
    assertThat(answer.heliconeRequestId()).isEqualTo(CHOSEN);
  }

  @Test
  void aRequestIdThatIsNoUuidIsReplacedInSilence() {
    PretendLlm.Answer answer = llm.ask("Why?", Map.of("Helicone-Request-Id", "req_1"));

    assertThat(answer.heliconeRequestId().version()).isEqualTo(4);
  }

  @Test
  void heliconeKeepsFeedbackOnAnAnswerOnceItIsIngested() {
    PretendLlm.Answer answer = llm.ask("Why?");
    Caller helicone =
        new Caller(sandbox.heliconeBaseUrl(), "Authorization", "Bearer " + sandbox.heliconeKey());
    clock.advance(Duration.ofMillis(300));

    helicone.call(
        "POST", "/v1/request/" + answer.heliconeRequestId() + "/feedback", "{'rating':true}");

    assertThat(sandbox.helicone().rating(answer.heliconeRequestId())).contains(true);
  }
}
