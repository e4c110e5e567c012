package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.ClientContract;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** The contract of a client with a toy dialect. */
abstract class ToyContract extends ClientContract {
  /** The dialect under test. */
  abstract ToyDialect dialect();

  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    return new ToyClient(baseUrl, apiKey, dialect(), settings);
  }

  @Override
  public final TargetKey targetKey() {
    return ToyDialect.THING;
  }

  @Override
  public final String freshTargetId() {
    return UUID.randomUUID().toString();
  }

  @Override
  public final Reply accept(Seen request) {
    return Reply.of(
        200,
        targetIds(request).stream()
            .map(thing -> "\"toy-" + thing + "\"")
            .collect(Collectors.joining(",", "{\"ids\":[", "]}")));
  }

  @Override
  public final List<String> targetIds(Seen request) {
    return request.texts("id");
  }

  @Override
  public final boolean needsRating() {
    return false;
  }
}
