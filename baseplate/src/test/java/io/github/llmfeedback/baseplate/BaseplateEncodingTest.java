package io.github.llmfeedback.baseplate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.contract.ClientUnderTest;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.UpdateEncodingProperties;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BaseplateEncodingTest extends UpdateEncodingProperties {
  @Override
  protected ClientUnderTest newClient() {
    return new BaseplateContractTest();
  }

  @Override
  @Provide
  protected Arbitrary<String> ids() {
    return super.ids();
  }

  @Override
  protected List<String> path(String id) {
    return List.of("api", "endpoints", "endpoint", "logs");
  }

  @Override
  protected void isRated(JsonNode body, Rating rating) {
    assertThat(body.path("positive_rating").isBoolean()).isTrue();
    assertThat(body.path("positive_rating").booleanValue()).isEqualTo(isGood(rating));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theEndpointsIdIsOneSegmentOrIsRefused(@ForAll("ids") String id) {
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(seen -> Reply.of(200, "{\"id\":\"log\"}"));
      try (BaseplateFeedbackClient client =
          BaseplateFeedbackClient.builder("key", id).baseUrl(server.url()).build()) {
        client.submit(Feedback.on("usage").thumbsUp().build());
      } catch (IllegalArgumentException refused) {
        boolean text = StandardCharsets.UTF_8.newEncoder().canEncode(id);
        assertThat(!text || id.isBlank() || id.equals(".") || id.equals("..")).isTrue();
        return;
      }
      assertThat(server.take().segments()).containsExactly("api", "endpoints", id, "logs");
    }
  }

  @Override
  protected Iterable<JsonNode> objects(JsonNode body) {
    return body.has("logs") ? body.path("logs") : super.objects(body);
  }
}
