package io.github.llmfeedback.examples.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Requests with the same bodies as this library's, made without it; a test compares them.
 *
 * @param method the HTTP method
 * @param path the path below the server's URL
 * @param bodies the bodies, each for one request
 */
record ReadyMade(String method, String path, List<byte[]> bodies) {
  /** How many requests to Helicone are in flight. */
  static final int HELICONE_CONCURRENCY = 32;

  /** How many feedbacks this library puts into one request of a batch. */
  private static final int CHUNK = 100;

  /** The body that submits one feedback to Portkey. */
  static byte[] portkey() {
    return bytes(portkeyObject("trace-1"));
  }

  /** Single feedbacks to Portkey. */
  static ReadyMade portkeySingly(int feedbacks) {
    return new ReadyMade("POST", "/v1/feedback", Collections.nCopies(feedbacks, portkey()));
  }

  /** Single ratings to Helicone; of one and the same request, which nobody but Helicone minds. */
  static ReadyMade heliconeSingly(int feedbacks) {
    byte[] body = bytes("{\"rating\":true}");
    return new ReadyMade(
        "POST",
        "/v1/request/5d3c9e1f-72ab-4000-8000-000000000000/feedback",
        Collections.nCopies(feedbacks, body));
  }

  /** Lists of feedbacks to Portkey. */
  static ReadyMade portkey(int feedbacks) {
    IntFunction<String> object = i -> portkeyObject(target(i));
    return new ReadyMade("POST", "/v1/feedback", chunks(feedbacks, "[", object, "]"));
  }

  /** Lists of ratings to Humanloop. */
  static ReadyMade humanloop(int feedbacks) {
    IntFunction<String> object =
        i -> "{\"type\":\"rating\",\"value\":\"good\",\"data_id\":\"%s\"}".formatted(target(i));
    return new ReadyMade("POST", "/v4/feedback", chunks(feedbacks, "[", object, "]"));
  }

  /** Lists of ratings to Baseplate. */
  static ReadyMade baseplate(int feedbacks) {
    IntFunction<String> object =
        i -> "{\"positive_rating\":true,\"usage_id\":\"%s\"}".formatted(target(i));
    String path = "/api/endpoints/endpoint-1/logs";
    return new ReadyMade("PATCH", path, chunks(feedbacks, "{\"logs\":[", object, "]}"));
  }

  /** The target of one of many feedbacks, no two of which have the same. */
  static String target(int index) {
    return "trace-%06d".formatted(index);
  }

  private static List<byte[]> chunks(
      int feedbacks, String begin, IntFunction<String> object, String end) {
    List<byte[]> bodies = new ArrayList<>();
    for (int from = 0; from < feedbacks; from += CHUNK) {
      bodies.add(
          bytes(
              IntStream.range(from, Math.min(feedbacks, from + CHUNK))
                  .mapToObj(object)
                  .collect(Collectors.joining(",", begin, end))));
    }
    return List.copyOf(bodies);
  }

  private static String portkeyObject(String trace) {
    return "{\"trace_id\":\"%s\",\"value\":1,\"metadata\":{\"text\":\"Spot on\",\"_user\":\"u1\"}}"
        .formatted(trace);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
