package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanloopRetractTest extends HumanloopClientFixture {
  @Test
  void retractTakesBackEveryStatementOfTheReceipt() {
    server
        .answerAll(HumanloopClientFixture::mirror)
        .enqueue(example("everything").reply())
        .enqueue(example("retract").reply());
    Receipt receipt =
        client.submit(
            Feedback.on(DATAPOINT)
                .thumbsUp()
                .comment("Spot on")
                .author("user-9")
                .issue("tone")
                .issue("length")
                .action("copy")
                .build());

    Receipt gone = client.retract(receipt);

    assertThat(gone.target()).isEqualTo(DATAPOINT);
    assertThat(gone.ids()).isEmpty();
    assertThat(gone.state()).isEmpty();
    server.take();
    Seen seen = server.take();
    assertThat(seen.path()).isEqualTo("/v4/feedback");
    WireExample.assertSameJson(
        seen.body(),
        """
        [{"type":"rating","data_id":"data_1","unset":true},
         {"type":"comment","data_id":"data_1","unset":true},
         {"type":"issue","value":"tone","data_id":"data_1","unset":true},
         {"type":"issue","value":"length","data_id":"data_1","unset":true},
         {"type":"action","value":"copy","data_id":"data_1","unset":true}]
        """);
    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(gone));
  }

  @Test
  void retractIsRepeatedBecauseItCountsOnce() {
    server.enqueue(example("failed-500").reply()).enqueue(example("retract-one").reply());

    Receipt gone = client.retractAsync(rated()).join();

    assertThat(gone.attempts()).isEqualTo(2);
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void retractRefusesAnothersReceipt() {
    Receipt foreign = Receipt.builder("portkey", DATAPOINT).build();

    assertThatIllegalArgumentException().isThrownBy(() -> client.retract(foreign));
    assertThat(client.retractAsync(foreign)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }

  @Test
  void retractIsAPowerAndUpdateIsNone() {
    assertThat(client.extension(SupportsRetract.class)).contains(client);
    assertThat(client.extension(SupportsUpdate.class)).isEmpty();
  }

  private static Receipt rated() {
    return Receipt.builder("humanloop", DATAPOINT).state(Map.of("rating", List.of())).build();
  }

  @ParameterizedTest
  @CsvSource({
    "number, NaN, a finite number",
    "number, 1e999, a finite number",
    "number, 1.0E999, a finite number",
    "number, -Infinity, a finite number",
    "number, 0x1p3, a finite number",
    "number, 1d, a finite number",
    "whole, 1.5, a whole number of 64 bits",
    "whole, 9223372036854775808, a whole number of 64 bits",
    "flag, yes, true or false",
    "flag, TRUE, true or false"
  })
  void aReceiptsValueThatNoStatementCanHaveIsRefusedBeforeAnythingIsSent(
      String kind, String value, String rule) {
    isWrong("grade\t" + kind, value, "must be " + rule);
  }

  @Test
  void aReceiptsTextThatIsBlankIsRefusedBeforeAnythingIsSent() {
    for (String key : List.of("issue", "tone", "topics\tlist")) {
      isWrong(key, " ", "must not be blank");
    }
  }

  @ParameterizedTest
  @CsvSource({"number, 1.0E10", "number, -0.5", "whole, -9223372036854775808", "flag, false"})
  void aReceiptsValueThatAStatementCanHaveIsNamedAgain(String kind, String value) {
    server.enqueue(200, "[]");

    client.retract(receipt("grade\t" + kind, List.of(value)));

    assertThat(server.take().body()).contains("\"value\":" + value + ",");
  }

  private void isWrong(String key, String value, String rule) {
    Receipt wrong = Receipt.parse(receipt(key, List.of("true", value)).toText());
    Receipt only = receipt(key, List.of(value));
    String message = "receipt value " + rule + ", so this receipt is wrong; nothing was sent";
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> client.retract(only))
        .withMessage(message)
        .matches(e -> e.field().equals("receipt value"));
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> client.retractAsync(wrong).join())
        .withCauseInstanceOf(InvalidFeedbackException.class);
    assertThat(server.count()).isZero();
  }

  private static Receipt receipt(String key, List<String> values) {
    return Receipt.builder("humanloop", DATAPOINT).state(Map.of(key, values)).build();
  }
}
