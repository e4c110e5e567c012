package io.github.llmfeedback.examples.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** What the server responds, as bytes that are made once. */
final class Answers {
  private static final byte[] SCORES = bytes("/api/public/scores");
  private static final byte[] HUMANLOOP = bytes("/v4/feedback");
  private static final byte[] BASEPLATE = bytes("/logs");
  private static final byte[] HELICONE = bytes("/v1/request/");
  private static final byte[] SLOW = bytes("/slow/");
  private static final byte[] SLOWER = bytes("/slower/");
  private static final byte[] LIMITED = bytes("/limited/");
  private static final byte[] TRACE_ID = bytes("\"trace_id\"");
  private static final byte[] DATA_ID = bytes("\"data_id\"");

  private static final byte[] SCORE = response("200 OK", "{\"id\":\"score-1\"}");
  private static final byte[] LOGS = response("200 OK", "{\"status\":\"success\"}");
  private static final byte[] ACCEPTED = response("201 Created", "{\"data\":null,\"error\":null}");
  private static final byte[] TOO_MANY =
      response(
          "429 Too Many Requests", "{\"error\":\"Too many requests, please try again later.\"}");

  private static final Map<Integer, byte[]> STORED = new ConcurrentHashMap<>();
  private static final Map<Integer, byte[]> ANNOTATED = new ConcurrentHashMap<>();
  private static final AtomicInteger ASKED = new AtomicInteger();

  private Answers() {}

  /** How long the provider takes, in milliseconds. */
  static int millis(ServerRequest request) {
    return request.lineContains(SLOWER) ? 100 : request.lineContains(SLOW) ? 10 : 0;
  }

  /** The response to a request. */
  static byte[] to(ServerRequest request) {
    if (request.lineContains(HELICONE)) {
      boolean isLimited = request.lineContains(LIMITED) && ASKED.incrementAndGet() % 100 == 0;
      return isLimited ? TOO_MANY : ACCEPTED;
    } else if (request.lineContains(HUMANLOOP)) {
      return ANNOTATED.computeIfAbsent(items(request, DATA_ID), Answers::annotated);
    } else if (request.lineContains(BASEPLATE)) {
      return LOGS;
    } else if (request.lineContains(SCORES)) {
      return SCORE;
    }
    return STORED.computeIfAbsent(items(request, TRACE_ID), Answers::stored);
  }

  /** How many items a list has; 0 for a single object. */
  private static int items(ServerRequest request, byte[] key) {
    return request.isList() ? request.countInBody(key) : 0;
  }

  private static byte[] stored(int items) {
    String ids = list(Math.max(1, items), i -> "\"fb-%06d\"".formatted(i));
    return response(
        "200 OK",
        "{\"status\":\"success\",\"message\":\"Feedback saved\",\"feedback_ids\":" + ids + "}");
  }

  private static byte[] annotated(int items) {
    IntFunction<String> item = i -> "{\"id\":\"ann_%06d\",\"type\":\"rating\"}".formatted(i);
    return response("200 OK", items == 0 ? item.apply(0) : list(items, item));
  }

  private static String list(int items, IntFunction<String> item) {
    String[] all = new String[items];
    Arrays.setAll(all, item);
    return "[" + String.join(",", all) + "]";
  }

  private static byte[] response(String status, String body) {
    return bytes(
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(status, body.length(), body));
  }

  private static byte[] bytes(String ascii) {
    return ascii.getBytes(StandardCharsets.ISO_8859_1);
  }
}
