package io.github.llmfeedback.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One wire object and where it went, whether alone or in a list.
 *
 * @param path the path of its request
 * @param object the object
 */
record SentObject(String path, JsonNode object) {
  /** All objects in these requests, by what a body holds of them. */
  static List<SentObject> in(List<Seen> requests, Function<JsonNode, Iterable<JsonNode>> objects) {
    List<SentObject> all = new ArrayList<>();
    for (Seen request : requests) {
      for (JsonNode object : objects.apply(StrictJson.body(request))) {
        all.add(new SentObject(request.path(), object));
      }
    }
    return all;
  }
}
