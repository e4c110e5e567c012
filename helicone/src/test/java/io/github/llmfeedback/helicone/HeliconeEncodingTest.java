package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.Feedbacks;
import io.github.llmfeedback.contract.UpdateEncodingProperties;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class HeliconeEncodingTest extends UpdateEncodingProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new HeliconeContractTest();
  }

  /** Mostly those that it takes. */
  @Override
  protected Arbitrary<String> ids() {
    return Arbitraries.frequencyOf(Tuple.of(4, Feedbacks.uuids()), Tuple.of(1, Feedbacks.ids()));
  }

  /** None twice: ratings of one request must be a second apart. */
  @Override
  @Provide
  protected Arbitrary<List<Feedback>> lists() {
    return feedbacks().list().ofMaxSize(8);
  }

  @Override
  protected String filed(String id) {
    return id.matches("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
        ? id.toLowerCase(Locale.ROOT)
        : "";
  }

  @Override
  protected List<String> path(String id) {
    return List.of("v1", "request", id, "feedback");
  }

  @Override
  protected void isRated(JsonNode body, Rating rating) {
    assertThat(body.size()).as("other keys are refused").isEqualTo(1);
    assertThat(body.path("rating").isBoolean()).isTrue();
    assertThat(body.path("rating").booleanValue()).isEqualTo(isGood(rating));
  }
}
