package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Rating.Thumbs;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.EncodingProperties;
import java.util.List;

class HumanloopEncodingTest extends EncodingProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new HumanloopContractTest();
  }

  @Override
  protected List<String> path(String id) {
    return List.of("v4", "feedback");
  }

  @Override
  protected void isRated(JsonNode body, Rating rating) {
    String expected =
        rating.<String>fold(
            thumbs -> thumbs == Thumbs.UP ? "good" : "bad",
            score -> {
              throw new AssertionError("it keeps no scores");
            },
            Rating.Label::name);
    JsonNode first = body.isArray() ? body.path(0) : body;
    assertThat(first.path("type").textValue()).isEqualTo("rating");
    assertThat(first.path("value").textValue()).isEqualTo(expected);
  }
}
