package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a provider that keeps everything, under the parts' own names, would write feedback. */
public class ToyDialect implements Dialect<Map<String, Object>> {
  static final TargetKey THING = TargetKey.of("toy", "thing").chosenInRequestHeader("toy-thing");

  @Override
  public Capabilities capabilities() {
    return Capabilities.of("toy").with(Support.NATIVE, Part.values()).with(Capabilities.Ids.ONE);
  }

  @Override
  public TargetKey targetKey() {
    return THING;
  }

  @Override
  public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("thing", thing);
    feedback.parts().forEach(part -> wire.put(part.name(), value(feedback, part)));
    return List.of(wire);
  }

  private static Object value(Feedback feedback, Part part) {
    return switch (part) {
      case THUMBS, SCORE, LABEL ->
          feedback
              .rating()
              .orElseThrow()
              .<Object>fold(
                  Rating.Thumbs::name,
                  s -> List.of(s.value(), s.min(), s.max()),
                  Rating.Label::name);
      case COMMENT -> feedback.comment().orElseThrow();
      case CORRECTION -> feedback.correction().orElseThrow();
      case ISSUE -> feedback.issues();
      case ACTION -> feedback.actions();
      case WEIGHT -> feedback.weight().orElseThrow();
      case AUTHOR -> feedback.author().orElseThrow();
      case OCCURRED_AT -> feedback.occurredAt().orElseThrow();
      case METADATA -> feedback.metadata();
    };
  }

  @Override
  public Batching batching() {
    return Batching.lists(10, 100_000);
  }

  @Override
  public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
    return WireRequest.of("POST", feedbacks.stream().flatMap(List::stream).toList(), "things");
  }

  @Override
  public WireRequest update(Receipt receipt, List<Map<String, Object>> objects) {
    return WireRequest.of("PUT", objects, "things", receipt.id().orElseThrow()).repeatable();
  }

  @Override
  public List<List<String>> decode(
      ProviderResponse answer, List<List<Map<String, Object>>> feedbacks) {
    return answer.texts("/ids").stream().map(List::of).toList();
  }
}
