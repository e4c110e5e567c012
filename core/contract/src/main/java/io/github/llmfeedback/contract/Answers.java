package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.ClientUnderTest.API_KEY;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Arbitrary responses of a server: valid, invalid, and valid with something changed. */
public final class Answers {
  private static final Arbitrary<Integer> ODD_STATUSES =
      Arbitraries.of(
          200, 201, 202, 204, 205, 304, 307, 401, 407, 408, 413, 421, 422, 429, 500, 503);

  private Answers() {}

  /** Replies of any status and headers whose bodies are variations of these. */
  public static Arbitrary<Reply> near(List<String> bodies) {
    Arbitrary<Integer> statuses =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(200)),
            Tuple.of(2, ODD_STATUSES),
            Tuple.of(2, Arbitraries.integers().between(200, 599)));
    return Combinators.combine(statuses, bodies(bodies), headers().list().ofMaxSize(3))
        .as(
            (status, body, headers) -> {
              Reply reply = Reply.of(status, body);
              for (String header : headers) {
                int colon = header.indexOf(": ");
                reply = reply.header(header.substring(0, colon), header.substring(colon + 2));
              }
              return reply.bytes();
            });
  }

  /** Bodies, one character for each byte. */
  public static Arbitrary<String> bodies(List<String> near) {
    Arbitrary<String> odd =
        Arbitraries.of(
            "",
            " ",
            "null",
            "<!doctype html><p>" + API_KEY,
            "{\"a\":1}{}",
            "[".repeat(20_000),
            "{\"a\":".repeat(200),
            "1e999999999",
            "9".repeat(500),
            "\u00ef\u00bb\u00bf{}",
            "\u001f\u008b\u0008",
            "\"" + "x".repeat(100_000) + "\"",
            API_KEY.repeat(300));
    return Arbitraries.frequencyOf(
        Tuple.of(4, mutated(Arbitraries.of(near))),
        Tuple.of(3, json(3)),
        Tuple.of(1, mutated(json(2))),
        Tuple.of(1, odd),
        Tuple.of(
            1, Arbitraries.chars().range('\0', '\u00ff').array(char[].class).map(String::new)));
  }

  /** A text with nothing, or a bit of it, replaced by something else. */
  private static Arbitrary<String> mutated(Arbitrary<String> texts) {
    Arbitrary<String> bits =
        Arbitraries.of(
            "", "", "\"", "{", "}", "]", ",", "null", "[]", "\u00ff", "\\ud800", "1e999");
    Arbitrary<Integer> places = Arbitraries.integers().between(0, 400);
    return Combinators.combine(texts, places, Arbitraries.of(0, 0, 1, 3, 500), bits)
        .as(
            (text, place, length, bit) -> {
              int from = place % (text.length() + 1);
              int to = Math.min(text.length(), from + length);
              return text.substring(0, from) + bit + text.substring(to);
            });
  }

  /** JSON with the keys that the providers use, with at most this nesting depth. */
  private static Arbitrary<String> json(int depth) {
    Arbitrary<String> flat =
        Arbitraries.of(
            "null",
            "true",
            "false",
            "0",
            "1",
            "-1",
            "1.5",
            "1e400",
            "-0",
            "3000000000",
            "1e-999",
            "\"success\"",
            "\"failure\"",
            "\"\"",
            "\" \"",
            "\"..\"",
            "\"1\"",
            "\"x\\ud800y\"",
            "\"\\u0000\"",
            "\"2026-11-21T12:00:00Z\"",
            "\"Invalid requestId\"",
            "\"" + API_KEY + "\"");
    if (depth == 0) {
      return flat;
    }
    Arbitrary<String> keys =
        Arbitraries.of(
            "status",
            "error",
            "data",
            "feedback_ids",
            "feedback_id",
            "id",
            "data_id",
            "detail",
            "loc",
            "type",
            "value",
            "code",
            "message",
            "errorCode",
            "ok",
            "request_id",
            "scores",
            "helicone-score-feedback",
            "feedback_rating",
            "properties",
            "cost",
            "delay_ms");
    Arbitrary<String> fields =
        Combinators.combine(keys, json(depth - 1)).as((key, value) -> "\"" + key + "\":" + value);
    return Arbitraries.frequencyOf(
        Tuple.of(3, flat),
        Tuple.of(4, fields.list().ofMaxSize(4).map(all -> "{" + String.join(",", all) + "}")),
        Tuple.of(2, json(depth - 1).list().ofMaxSize(3).map(all -> all.toString())));
  }

  private static Arbitrary<String> headers() {
    return Arbitraries.of(
        "Content-Type: text/html; charset=utf-7",
        "Content-Type: ;;;",
        "Content-Type: text/html",
        "Content-Type: application/json; charset=\"nonsense",
        "Content-Encoding: gzip",
        "Content-Encoding: br",
        "Retry-After: 0",
        "Retry-After: 1",
        "Retry-After: -1",
        "Retry-After: soon",
        "Retry-After: 99999999999999999999",
        "Retry-After: Sun, 99 Foo",
        "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
        "Location: http://127.0.0.1:1/" + API_KEY,
        "Location: ::::",
        "x-request-id: " + API_KEY,
        "x-portkey-request-id: " + API_KEY,
        "WWW-Authenticate: Basic realm=\"" + API_KEY + "\"",
        "x-portkey-trace-id: t",
        "Connection: close",
        "Set-Cookie: a=" + API_KEY,
        "Trailer: x");
  }
}
