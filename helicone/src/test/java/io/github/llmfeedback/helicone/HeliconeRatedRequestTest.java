package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Rating;
import io.github.llmfeedback.contract.WireExample;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeliconeRatedRequestTest {
  @Test
  void observedRowIsReadWithItsNumbersThatAreTexts() {
    HeliconeRatedRequest request = rows("query-positive").get(0).orElseThrow();
    assertThat(request.requestId()).isEqualTo("11111111-1111-4111-8111-111111111111");
    assertThat(request.rating()).isEqualTo(Rating.Thumbs.UP);
    assertThat(request.createdAt()).hasValue(Instant.parse("2026-11-21T00:40:17Z"));
    assertThat(request.user()).hasValue("u1");
    assertThat(request.model()).hasValue("gpt-4o-mini");
    assertThat(request.modelProvider()).hasValue("OPENAI");
    assertThat(request.properties()).containsEntry("env", "test").hasSize(4);
    assertThat(request.status()).hasValue(200);
    assertThat(request.latency()).hasValue(Duration.ofMillis(500));
    assertThat(request.cost()).hasValue(1.65e-06);
    assertThat(request.promptTokens()).hasValue(3);
    assertThat(request.completionTokens()).hasValue(2);
    assertThat(request.totalTokens()).hasValue(5);
  }

  @Test
  void wholeRowIsThereAsJson() {
    HeliconeRatedRequest request = rows("query-negative").get(0).orElseThrow();
    assertThat(request.rating()).isEqualTo(Rating.Thumbs.DOWN);
    assertThat(request.json()).startsWith("{").contains("\"content\":\"hello\"").endsWith("}");
  }

  @Test
  void unratedRowIsNone() {
    assertThat(rows("query-negative-unscored"))
        .extracting(Optional::isPresent)
        .containsExactly(false, true);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "\"1\", true", "0, false", "\"0\", false", "1.0, true"})
  void scoreIsANumberOrAText(String score, boolean positive) {
    ProviderResponse row =
        ProviderResponse.of(
            201, "{\"request_id\":\"i\",\"scores\":{\"helicone-score-feedback\":" + score + "}}");
    assertThat(HeliconeRatedRequest.of(row))
        .hasValueSatisfying(r -> assertThat(r.isPositive()).isEqualTo(positive));
  }

  @Test
  void oldServersRatingIsAFlag() {
    ProviderResponse row =
        ProviderResponse.of(
            200, "{\"request_id\":\"i\",\"feedback_rating\":false,\"scores\":null}");
    assertThat(HeliconeRatedRequest.of(row))
        .hasValueSatisfying(request -> assertThat(request.isPositive()).isFalse());
  }

  @Test
  void oldServersModelAndPropertiesAreTheRequests() {
    ProviderResponse row =
        ProviderResponse.of(
            200,
            "{\"request_id\":\"i\",\"feedback_rating\":true,\"request_model\":\"gpt-4\","
                + "\"request_properties\":{\"env\":\"test\"}}");
    HeliconeRatedRequest request = HeliconeRatedRequest.of(row).orElseThrow();
    assertThat(request.model()).hasValue("gpt-4");
    assertThat(request.properties()).containsOnly(Map.entry("env", "test"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"request_id\":\"i\",\"scores\":{}}",
        "{\"request_id\":\"i\",\"scores\":{\"other\":1}}",
        "{\"request_id\":\"i\",\"scores\":{\"helicone-score-feedback\":\"good\"}}",
        "{\"request_id\":\"i\",\"scores\":{\"helicone-score-feedback\":0.5}}",
        "{\"request_id\":\"i\",\"scores\":{\"helicone-score-feedback\":-1}}",
        "{\"request_id\":\"i\",\"scores\":{\"helicone-score-feedback\":{}},"
            + "\"feedback_rating\":true}",
        "{\"request_id\":\"i\"}",
        "{\"scores\":{\"helicone-score-feedback\":1}}",
        "[]",
        "null"
      })
  void rowWithoutIdOrRatingIsNone(String row) {
    assertThat(HeliconeRatedRequest.of(ProviderResponse.of(201, row))).isEmpty();
  }

  @Test
  void whatHeliconeLeavesOutIsEmpty() {
    ProviderResponse row =
        ProviderResponse.of(
            201,
            """
            {"request_id":"i","scores":{"helicone-score-feedback":1},"request_user_id":"",
             "cost":"much","request_created_at":"then"}
            """);
    HeliconeRatedRequest request = HeliconeRatedRequest.of(row).orElseThrow();
    assertThat(request.user()).isEmpty();
    assertThat(request.model()).isEmpty();
    assertThat(request.createdAt()).isEmpty();
    assertThat(request.cost()).isEmpty();
    assertThat(request.status()).isEmpty();
    assertThat(request.latency()).isEmpty();
    assertThat(request.totalTokens()).isEmpty();
    assertThat(request.properties()).isEqualTo(Map.of());
  }

  @Test
  void textFormHoldsNothingThatPeopleWrote() {
    assertThat(rows("query-positive").get(0).orElseThrow())
        .hasToString("HeliconeRatedRequest 11111111-1111-4111-8111-111111111111 UP");
  }

  private static List<Optional<HeliconeRatedRequest>> rows(String example) {
    ProviderResponse answer = WireExample.of("helicone/" + example + ".json").answer();
    return answer.items("/data").stream().map(HeliconeRatedRequest::of).toList();
  }
}
