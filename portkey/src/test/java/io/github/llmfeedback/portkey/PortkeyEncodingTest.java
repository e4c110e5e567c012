package io.github.llmfeedback.portkey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Rating.Thumbs;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.UpdateEncodingProperties;
import java.math.BigDecimal;
import java.util.List;

class PortkeyEncodingTest extends UpdateEncodingProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new PortkeyContractTest();
  }

  @Override
  protected List<String> path(String id) {
    return List.of("v1", "feedback");
  }

  @Override
  protected List<String> updatePath(String target, String stored) {
    return List.of("v1", "feedback", stored);
  }

  @Override
  protected void isRated(JsonNode body, Rating rating) {
    JsonNode value = body.path("value");
    assertThat(value.isInt()).isTrue();
    if (rating instanceof Rating.Score score) {
      isNearest(value.intValue(), score);
    } else if (rating instanceof Rating.Label) {
      assertThat(value.intValue()).as("neutral, for Portkey knows no labels").isZero();
    } else {
      assertThat(value.intValue()).isEqualTo(rating == Thumbs.UP ? 1 : -1);
    }
  }

  /** At most half of one of the twenty steps away from where the score is. */
  private static void isNearest(int value, Rating.Score score) {
    BigDecimal min = BigDecimal.valueOf(score.min());
    BigDecimal scale = BigDecimal.valueOf(score.max()).subtract(min);
    BigDecimal here = BigDecimal.valueOf(score.value()).subtract(min);
    BigDecimal there = scale.multiply(BigDecimal.valueOf(value + 10L));
    BigDecimal away = here.multiply(BigDecimal.valueOf(20)).subtract(there).abs();
    assertThat(away.multiply(BigDecimal.valueOf(2))).isLessThanOrEqualTo(scale);
  }

  @Override
  protected boolean clashes(Feedback feedback) {
    return (feedback.comment().isPresent() && feedback.metadata().containsKey("text"))
        || (feedback.author().isPresent() && feedback.metadata().containsKey("_user"));
  }
}
