package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;

/** How Baseplate writes feedback (documentation of 2023). */
final class BaseplateDialect implements Dialect<BaseplateWire> {
  private static final Capabilities CAPABILITIES =
      Capabilities.of("baseplate")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.APPROXIMATED, Part.SCORE);

  /** Size unknown; a later rating of a completion overwrites an earlier one. */
  private static final Batching BATCHING = Batching.lists(100, 1 << 20).lastWins();

  private final String endpointId;

  BaseplateDialect(String endpointId) {
    this.endpointId = endpointId;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public TargetKey targetKey() {
    return BaseplateFeedbackClient.USAGE;
  }

  @Override
  public List<BaseplateWire> encode(Feedback feedback, String usageId, Losses losses) {
    return List.of(new BaseplateWire(Scale.isGood(feedback, losses), usageId));
  }

  @Override
  public Map<String, List<String>> state(List<BaseplateWire> objects) {
    return Map.of("rating", List.of(String.valueOf(objects.get(0).positiveRating())));
  }

  @Override
  public Batching batching() {
    return BATCHING;
  }

  @Override
  public WireRequest request(List<List<BaseplateWire>> feedbacks) {
    List<BaseplateWire> objects = feedbacks.stream().flatMap(List::stream).toList();
    return WireRequest.of(
            "PATCH",
            objects.size() == 1 ? objects.get(0) : new BaseplateWire.Logs(objects),
            "endpoints",
            endpointId,
            "logs")
        .repeatable(); // setting a boolean again is the same (inferred)
  }

  @Override
  public Verdict verdict(ProviderResponse answer, WireRequest request) {
    Verdict verdict = Verdict.byStatus(answer);
    if (verdict.kind() == Kind.ACCEPTED) {
      return BaseplateLogs.verdict(answer, request, verdict);
    }
    return switch (answer.status()) {
      case 401 -> verdict.hint("the key is wrong, or belongs to another project than the endpoint");
      case 404, 405 ->
          verdict.hint("check endpoint id and base URL; whether Baseplate still runs is unknown");
      default -> verdict;
    };
  }
}
