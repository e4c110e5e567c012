package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.AnswerProperties;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.StrictJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class HeliconeAnyAnswerTest extends AnswerProperties {
  private static final Duration SOON = Duration.ofMillis(120);
  private static final String ID = "11111111-1111-4111-8111-111111111111";
  private static final String RATED =
      "{\"data\":[{\"request_id\":\"%s\",\"scores\":{\"helicone-score-feedback\":1},\"cost\":1}]}";

  @Override
  protected ClientUnderTest newClient() {
    return new HeliconeContractTest();
  }

  @Override
  protected boolean namesWhatItKeeps() {
    return false;
  }

  @Override
  protected List<String> bodies() {
    return List.of(
        "{\"data\":null,\"error\":null}",
        "{\"error\":\"Invalid requestId\",\"data\":null}",
        "{\"data\":[],\"error\":null}",
        RATED.formatted(ID),
        RATED.formatted(ID).replace("\"cost\":1", "\"cost\":\"free\",\"delay_ms\":\"1e99\""));
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void anyAnswerToAConfirmedSubmitEndsInTheDocumentedWay(
      @ForAll("replies") Reply reply, @ForAll boolean sentBefore) {
    Feedback feedback = under().plain(1).get(0);
    Receipt sent =
        Receipt.builder("helicone", under().idOf(feedback))
            .state(Map.of("rating", List.of("true")))
            .build();
    Outcome outcome =
        outcome(
            reply,
            feedback,
            client ->
                sentBefore
                    ? helicone(client).confirm(sent, SOON)
                    : helicone(client).submitConfirmed(feedback, SOON));
    isDocumented(reply, outcome);
    outcome.receipt().ifPresent(it -> assertThat(it.assurance()).isEqualTo(Assurance.STORED));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyAnswerToAQueryIsReadOrEndsInAnError(@ForAll("replies") Reply reply) {
    HeliconeQuery query = HeliconeQuery.where(HeliconeFilter.positive()).limit(20);
    Feedback feedback = under().plain(1).get(0);
    Outcome outcome =
        outcome(
            reply,
            feedback,
            client -> {
              try (Stream<HeliconeRatedRequest> rated = helicone(client).query(query)) {
                rated.forEach(HeliconeAnyAnswerTest::isWhole);
              }
              return Receipt.builder("helicone", "read").build();
            });
    isDocumented(reply, outcome);
  }

  /** Whatever is in a row, each of its fields is there or is not. */
  private static void isWhole(HeliconeRatedRequest row) {
    assertThat(row.isPositive()).isTrue();
    assertThat(row.requestId()).isNotNull();
    assertThat(row.toString()).contains("UP");
    assertThat(Stream.of(row.createdAt(), row.user(), row.model(), row.modelProvider())).hasSize(4);
    assertThat(Stream.of(row.status(), row.latency(), row.cost(), row.totalTokens())).hasSize(4);
    assertThat(row.properties()).isUnmodifiable();
    StrictJson.read(row.json());
  }

  private static HeliconeFeedbackClient helicone(FeedbackClient client) {
    return (HeliconeFeedbackClient) client;
  }
}
