package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.ClientContract;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.StrictJson;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

class HumanloopContractTest extends ClientContract {
  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return HumanloopFeedbackClient.builder(apiKey).baseUrl(baseUrl).settings(settings).build();
  }

  @Override
  public TargetKey targetKey() {
    return HumanloopFeedbackClient.DATAPOINT;
  }

  @Override
  public String freshTargetId() {
    return "data_" + UUID.randomUUID();
  }

  @Override
  public Reply accept(Seen request) {
    String objects =
        targetIds(request).stream()
            .map(datapoint -> "{\"id\":" + StrictJson.quoted("ann_" + datapoint) + "}")
            .collect(Collectors.joining(","));
    return Reply.of(200, request.body().startsWith("[") ? "[" + objects + "]" : objects);
  }

  @Override
  public Reply acceptOnly(Seen request, int count) {
    String objects =
        targetIds(request).stream()
            .limit(count)
            .map(datapoint -> "{\"id\":" + StrictJson.quoted("ann_" + datapoint) + "}")
            .collect(Collectors.joining(","));
    return Reply.of(200, "[" + objects + "]");
  }

  @Override
  public List<String> targetIds(Seen request) {
    return request.texts("data_id");
  }

  @Override
  public boolean needsRating() {
    return false;
  }
}
