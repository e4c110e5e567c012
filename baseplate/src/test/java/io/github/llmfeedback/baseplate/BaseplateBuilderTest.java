package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.BuilderContract;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

class BaseplateBuilderTest extends BuilderContract {
  BaseplateBuilderTest() {
    super(
        new BaseplateContractTest(),
        "BASEPLATE",
        "api",
        "BaseplateFeedbackClient (baseplate at app.baseplate.ai)");
  }

  @Override
  protected FeedbackClient create(@Nullable String apiKey) {
    return BaseplateFeedbackClient.create(apiKey, "endpoint");
  }

  @Override
  protected FeedbackClient exact(String baseUrl, String apiKey) {
    return BaseplateFeedbackClient.builder(apiKey, "endpoint").exactBaseUrl(baseUrl).build();
  }

  @Override
  protected FeedbackClient fromEnv(ClientSettings settings, Function<String, String> environment) {
    return BaseplateFeedbackClient.fromEnv(
        settings,
        name -> name.equals("BASEPLATE_ENDPOINT_ID") ? "endpoint" : environment.apply(name));
  }

  @Override
  protected String path(String targetId) {
    return "/endpoints/endpoint/logs";
  }
}
