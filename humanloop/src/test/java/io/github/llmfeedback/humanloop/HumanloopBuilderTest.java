package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.BuilderContract;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

class HumanloopBuilderTest extends BuilderContract {
  HumanloopBuilderTest() {
    super(
        new HumanloopContractTest(),
        "HUMANLOOP",
        "v4",
        "HumanloopFeedbackClient (humanloop at api.humanloop.com)");
  }

  @Override
  protected FeedbackClient create(@Nullable String apiKey) {
    return HumanloopFeedbackClient.create(apiKey);
  }

  @Override
  protected FeedbackClient exact(String baseUrl, String apiKey) {
    return HumanloopFeedbackClient.builder(apiKey).exactBaseUrl(baseUrl).build();
  }

  @Override
  protected FeedbackClient fromEnv(ClientSettings settings, Function<String, String> environment) {
    return HumanloopFeedbackClient.fromEnv(settings, environment);
  }

  @Override
  protected String path(String targetId) {
    return "/feedback";
  }
}
