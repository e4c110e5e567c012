package io.github.llmfeedback.helicone;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.ClientContract;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

class HeliconeContractTest extends ClientContract {
  private static final Pattern UUIDS = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final String UP = "{\"helicone-score-feedback\":1}";

  Duration confirmInterval() {
    return Duration.ofMillis(10);
  }

  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return HeliconeFeedbackClient.builder(apiKey)
        .baseUrl(baseUrl)
        .settings(settings)
        .confirmInterval(confirmInterval())
        .apart(Duration.ofMillis(1)) // of hundreds of clients, each of which would wait a second
        .build();
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
  public Optional<Reply> answerQuestion(Seen request, Predicate<String> isKept) {
    if (!request.path().startsWith("/v1/request/query")) {
      return Optional.empty();
    }
    String rows =
        UUIDS
            .matcher(request.body())
            .results()
            .map(MatchResult::group)
            .filter(isKept)
            .map(id -> "{\"request_id\":\"" + id + "\",\"scores\":" + UP + "}")
            .collect(Collectors.joining(","));
    return Optional.of(Reply.of(200, "{\"data\":[" + rows + "],\"error\":null}"));
  }

  @Override
  public boolean needsRating() {
    return true;
  }
}
