package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnreadableAnswerException;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The API key goes to the provider and nowhere else, even if the provider gives it away. */
interface SecretContract extends ClientUnderTest {
  @EveryWay
  default void theKeyIsSentAndShownByNeitherClientNorReceipt(Way way) {
    try (FeedbackClient client = openAccepted()) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(server().take().headers().toString()).contains(API_KEY);
      assertThat(client + " " + outcome + " " + outcome.orThrow() + client.capabilities())
          .doesNotContain(API_KEY);
    }
  }

  @EveryWay
  default void noErrorShowsTheKeyThoughTheServerRepeatsIt(Way way) {
    String echo = "{\"error\":\"" + API_KEY + "\",\"message\":\"" + API_KEY + "\"}";
    for (int status : List.of(400, 401, 422, 429, 500)) {
      showsNoKey(way, Reply.of(status, echo).header("x-request-id", API_KEY));
    }
    showsNoKey(way, Reply.of(302, "").header("Location", "https://" + API_KEY + ".example/"));
    showsNoKey(way, Reply.of(200, "<p>" + API_KEY + "</p>").header("Content-Type", "text/html"));
    showsNoKey(way, Reply.fault(Fault.CLOSED_AFTER_REQUEST));
  }

  @EveryWay
  default void noErrorShowsTheKeyThoughItStandsInTheBaseUrl(Way way) {
    server().answerAll(seen -> Reply.of(404, "{}"));
    try (FeedbackClient client = open(server().url() + "/" + API_KEY, API_KEY, quick().build())) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(everything(outcome)).doesNotContain(API_KEY);
    }
  }

  @Test
  default void aKeyThatNoHeaderCanHoldIsRefusedWithoutBeingShown() {
    assertThatThrownBy(() -> open(server().url(), API_KEY + "\n", quick().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain(API_KEY)
        .contains("U+000A");
  }

  private void showsNoKey(Way way, Reply reply) {
    server().answerAll(seen -> reply);
    try (FeedbackClient client = open(quick().build())) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      assertThat(everything(outcome)).doesNotContain(API_KEY);
    }
  }

  /** Whatever an application may log of a failure, causes and bodies too. */
  private static String everything(Outcome outcome) {
    FeedbackException error = outcome.error().orElseThrow();
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    text.append(outcome.toString()).append(error.toString());
    if (error instanceof RejectedFeedbackException rejected) {
      text.append(rejected.body());
      text.append(rejected.code() + " " + rejected.hint() + " " + rejected.requestId());
    } else if (error instanceof UnreadableAnswerException unreadable) {
      text.append(unreadable.body());
    }
    return text.toString();
  }
}
