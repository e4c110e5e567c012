package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.StrictJson;

/** As {@link HumanloopEncodingTest}, of a client whose project has numbers for ratings. */
class HumanloopNumericEncodingTest extends HumanloopEncodingTest {
  @Override
  protected ClientUnderTest newClient() {
    return new NumericClient();
  }

  @Override
  protected void isRated(JsonNode body, Rating rating) {
    if (rating instanceof Rating.Score score) {
      JsonNode first = body.isArray() ? body.path(0) : body;
      assertThat(first.path("type").textValue()).isEqualTo("rating");
      assertThat(StrictJson.says(first.path("value"), score.value())).as("%s", first).isTrue();
    } else {
      super.isRated(body, rating);
    }
  }

  private static final class NumericClient extends HumanloopContractTest {
    @Override
    public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
      return HumanloopFeedbackClient.builder(apiKey)
          .baseUrl(baseUrl)
          .settings(settings)
          .numericRatings()
          .build();
    }
  }
}
