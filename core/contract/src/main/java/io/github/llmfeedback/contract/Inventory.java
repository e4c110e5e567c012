package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a request's body holds; each part of a feedback that is found is removed, so that it counts
 * once.
 */
final class Inventory {
  private final JsonNode body;
  private final List<JsonNode> values = new ArrayList<>();

  Inventory(JsonNode body) {
    this.body = body;
    collect(body);
  }

  private void collect(JsonNode node) {
    if (node.isValueNode()) {
      values.add(node);
    }
    node.forEach(this::collect);
  }

  /** Fails unless the part is there in full; the provider's test checks thumbs and scores. */
  void holds(Part part, Feedback feedback) {
    switch (part) {
      case THUMBS, SCORE -> {}
      case LABEL ->
          take(part, feedback.rating().map(label -> ((Rating.Label) label).name()).orElseThrow());
      case COMMENT -> take(part, feedback.comment().orElseThrow());
      case CORRECTION -> take(part, feedback.correction().orElseThrow());
      case ISSUE -> feedback.issues().forEach(issue -> take(part, issue));
      case ACTION -> feedback.actions().forEach(action -> take(part, action));
      case WEIGHT -> take(part, feedback.weight().orElseThrow());
      case AUTHOR -> take(part, feedback.author().orElseThrow());
      case OCCURRED_AT -> take(part, feedback.occurredAt().orElseThrow().toString());
      case METADATA -> takeAll(feedback.metadata());
    }
  }

  private void take(Part part, Object value) {
    for (JsonNode each : values) {
      if (StrictJson.says(each, value)) {
        values.remove(each);
        return;
      }
    }
    throw new AssertionError("no " + part + " of " + value + " in " + body);
  }

  private void takeAll(Map<String, Object> metadata) {
    List<JsonNode> objects = new ArrayList<>(body.findParents(metadata.keySet().iterator().next()));
    objects.removeIf(object -> !StrictJson.saysEach(object, metadata));
    assertThat(objects).as("metadata %s in %s", metadata, body).isNotEmpty();
    metadata.keySet().forEach(key -> remove(objects.get(0).get(key)));
  }

  private void remove(JsonNode node) {
    values.remove(node); // one that is equal, if it is a value
    node.forEach(this::remove);
  }
}
