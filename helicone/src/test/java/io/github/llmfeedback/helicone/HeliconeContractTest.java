package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.ClientContract;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.List;
import java.util.UUID;

class HeliconeContractTest extends ClientContract {
  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return HeliconeFeedbackClient.builder(apiKey).baseUrl(baseUrl).settings(settings).build();
  }

  @Override
  public TargetKey targetKey() {
    return HeliconeFeedbackClient.REQUEST;
  }

  @Override
  public String freshTargetId() {
    return UUID.randomUUID().toString();
  }

  @Override
  public Reply accept(Seen request) {
    return Reply.of(201, "{\"data\":null,\"error\":null}");
  }

  @Override
  public List<String> targetIds(Seen request) {
    return List.of(request.path().replaceAll("^/v1/request/|/feedback$", ""));
  }

  @Override
  public boolean needsRating() {
    return true;
  }
}
