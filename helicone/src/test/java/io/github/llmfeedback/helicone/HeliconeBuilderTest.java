package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.BuilderContract;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

class HeliconeBuilderTest extends BuilderContract {
  HeliconeBuilderTest() {
    super(
        new HeliconeContractTest(),
        "HELICONE",
        "v1",
        "HeliconeFeedbackClient (helicone at api.helicone.ai)");
  }

  @Override
  protected FeedbackClient create(@Nullable String apiKey) {
    return HeliconeFeedbackClient.create(apiKey);
  }

  @Override
  protected FeedbackClient exact(String baseUrl, String apiKey) {
    return HeliconeFeedbackClient.builder(apiKey).exactBaseUrl(baseUrl).build();
  }

  @Override
  protected FeedbackClient fromEnv(ClientSettings settings, Function<String, String> environment) {
    return HeliconeFeedbackClient.fromEnv(settings, environment);
  }

  @Override
  protected String path(String targetId) {
    return "/request/" + targetId + "/feedback";
  }
}
