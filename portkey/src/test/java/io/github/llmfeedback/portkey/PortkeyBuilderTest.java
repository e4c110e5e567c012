package io.github.llmfeedback.portkey;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.BuilderContract;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

class PortkeyBuilderTest extends BuilderContract {
  PortkeyBuilderTest() {
    super(
        new PortkeyContractTest(),
        "PORTKEY",
        "v1",
        "PortkeyFeedbackClient (portkey at api.portkey.ai)");
  }

  @Override
  protected FeedbackClient create(@Nullable String apiKey) {
    return PortkeyFeedbackClient.create(apiKey);
  }

  @Override
  protected FeedbackClient exact(String baseUrl, String apiKey) {
    return PortkeyFeedbackClient.builder(apiKey).exactBaseUrl(baseUrl).build();
  }

  @Override
  protected FeedbackClient fromEnv(ClientSettings settings, Function<String, String> environment) {
    return PortkeyFeedbackClient.fromEnv(settings, environment);
  }

  @Override
  protected String path(String targetId) {
    return "/feedback";
  }
}
