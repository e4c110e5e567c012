package io.github.llmfeedback.testing;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.WireRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what the capabilities declare as kept, and coarsens what is APPROXIMATED. */
final class ToyDialect implements Dialect<Map<String, Object>> {
  private final Capabilities capabilities;

  ToyDialect(Capabilities capabilities) {
    this.capabilities = capabilities;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public TargetKey targetKey() {
    return ToyClient.THING;
  }

  @Override
  public List<Map<String, Object>> encode(Feedback feedback, String target, Losses losses) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", target);
    feedback
        .rating()
        .ifPresent(
            rating ->
                object.put(
                    "rating",
                    rating.<Object>fold(
                        Enum::name,
                        score -> approximates(Part.SCORE) ? Scale.isGood(score, losses) : score,
                        label -> label.name())));
    feedback.comment().ifPresent(comment -> object.put("comment", comment));
    for (Part part : feedback.parts()) {
      if (part != Part.SCORE && approximates(part)) {
        losses.approximated(part, "the toy coarsened it");
      }
    }
    return List.of(object);
  }

  private boolean approximates(Part part) {
    return capabilities.support(part) == Support.APPROXIMATED;
  }

  @Override
  public Batching batching() {
    return Batching.lists(10, 100_000);
  }

  @Override
  public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
    return WireRequest.of("POST", feedbacks, "things");
  }

  @Override
  public WireRequest retract(Receipt receipt) {
    return WireRequest.of("DELETE", Map.of("id", receipt.target()), "things");
  }
}
