package io.github.llmfeedback.portkey;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.contract.ClientUnderTest;
import java.util.Map;

/** As {@link PortkeyEncodingTest}, of a client that embeds whatever Portkey has no field for. */
class PortkeyVariantsEncodingTest extends PortkeyEncodingTest {
  private static final Map<Part, String> KEYS =
      Map.of(
          Part.LABEL, "label",
          Part.CORRECTION, "value",
          Part.ISSUE, "rating",
          Part.ACTION, ".",
          Part.OCCURRED_AT, "a b");

  @Override
  protected ClientUnderTest newClient() {
    return new EmbeddingClient();
  }

  @Override
  protected boolean clashes(Feedback feedback) {
    return super.clashes(feedback)
        || KEYS.entrySet().stream()
            .anyMatch(
                entry ->
                    feedback.parts().contains(entry.getKey())
                        && feedback.metadata().containsKey(entry.getValue()));
  }

  private static final class EmbeddingClient extends PortkeyContractTest {
    @Override
    public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
      PortkeyFeedbackClient.Builder builder =
          PortkeyFeedbackClient.builder(apiKey).baseUrl(baseUrl).settings(settings).neutralValue(0);
      KEYS.forEach(builder::embed);
      return builder.build();
    }

    @Override
    public boolean needsRating() {
      return false;
    }
  }
}
