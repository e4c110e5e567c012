package io.github.llmfeedback.portkey;

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

class PortkeyContractTest extends ClientContract {
  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return PortkeyFeedbackClient.builder(apiKey).baseUrl(baseUrl).settings(settings).build();
  }

  @Override
  public TargetKey targetKey() {
    return PortkeyFeedbackClient.TRACE;
  }

  @Override
  public String freshTargetId() {
    return "chat:" + UUID.randomUUID();
  }

  @Override
  public Reply accept(Seen request) {
    String ids =
        targetIds(request).stream()
            .map(trace -> StrictJson.quoted("fb-" + trace))
            .collect(Collectors.joining(","));
    return Reply.of(200, "{\"status\":\"success\",\"feedback_ids\":[" + ids + "]}");
  }

  @Override
  public Reply acceptOnly(Seen request, int count) {
    String ids =
        targetIds(request).stream()
            .limit(count)
            .map(trace -> StrictJson.quoted("fb-" + trace))
            .collect(Collectors.joining(","));
    return Reply.of(200, "{\"status\":\"success\",\"feedback_ids\":[" + ids + "]}");
  }

  @Override
  public List<String> targetIds(Seen request) {
    if (request.method().equals("PUT")) { // names the feedback that this server gave out
      return List.of(request.path().replace("/v1/feedback/fb-", ""));
    }
    return request.texts("trace_id");
  }

  @Override
  public boolean needsRating() {
    return true;
  }
}
