package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.ClientContract;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

class BaseplateContractTest extends ClientContract {
  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return BaseplateFeedbackClient.builder(apiKey, "endpoint")
        .baseUrl(baseUrl)
        .settings(settings)
        .build();
  }

  @Override
  public TargetKey targetKey() {
    return BaseplateFeedbackClient.USAGE;
  }

  @Override
  public String freshTargetId() {
    return UUID.randomUUID().toString();
  }

  @Override
  public Reply accept(Seen request) {
    return Reply.of(200, "{\"id\":\"log\",\"positive_rating\":true}");
  }

  @Override
  public Reply acceptOnly(Seen request, int count) {
    return Reply.of(200, Collections.nCopies(count, "{\"id\":\"log\"}").toString());
  }

  @Override
  public List<String> targetIds(Seen request) {
    return request.texts("usage_id");
  }

  @Override
  public boolean needsRating() {
    return true;
  }
}
