package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The sandbox's Helicone. It accepts feedback that it then loses, as the real one does. */
public final class SandboxHelicone {
  static final String KEY = "sandbox-helicone-key";

  private static final String QUERY = "/v1/request/query-clickhouse";
  private static final String OLD_QUERY = "/v1/request/query";
  private static final Pattern LOWER_CASE_ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  private static final Pattern ID =
      Pattern.compile(LOWER_CASE_ID.pattern(), Pattern.CASE_INSENSITIVE);

  private final HeliconeRows rows;
  private final HeliconeQueries queries;
  private volatile Runnable beforeQuery = () -> {};

  SandboxHelicone(InstantSource clock, Duration ingestionDelay) {
    this.rows = new HeliconeRows(clock, ingestionDelay);
    this.queries = new HeliconeQueries(rows);
  }

  /**
   * Logs an LLM call. Its row appears only after the ingestion delay, and earlier feedback is lost.
   *
   * @param headers the call's own, of which {@code Helicone-User-Id}, {@code
   *     Helicone-Model-Override}, {@code Helicone-Property-*} and {@code Helicone-Session-*} count
   */
  public void llmCall(UUID requestId, Map<String, String> headers) {
    rows.add(requestId, headers);
  }

  /** The rating kept for a request; true is positive. */
  public Optional<Boolean> rating(UUID requestId) {
    return rows.rating(requestId);
  }

  /** Logs an LLM call as if it had been made at another time. */
  void llmCall(UUID requestId, Map<String, String> headers, Instant createdAt) {
    rows.add(requestId, headers, createdAt);
  }

  /** Rates a request as the feedback route does. */
  void rate(UUID requestId, boolean positive) {
    rows.rate(requestId, positive);
  }

  /** Scores a request as an evaluation does. */
  void score(UUID requestId, String name, int score) {
    rows.score(requestId, name, score);
  }

  /** From now on ratings are dropped and queries find nothing, both with a 201; or no longer. */
  void databaseDown(boolean down) {
    rows.down(down);
  }

  /** What a test does between two pages: it runs before each query is answered. */
  void beforeQuery(Runnable task) {
    beforeQuery = task;
  }

  /** The requests with all that is stored of them, for a test that looks or merges. */
  HeliconeTable table() {
    return rows.table();
  }

  long kept() {
    return rows.ingested().filter(row -> row.rating().isPresent()).count();
  }

  Reply answer(Call call) {
    Optional<JsonNode> body = Json.read(call.body().isEmpty() ? "{}" : call.body());
    if (body.isEmpty()) {
      return HeliconeReply.malformed();
    }
    if (call.header("Authorization").isEmpty()) {
      return HeliconeReply.unauthorised("No authorization header");
    }
    if (!call.hasBearer(KEY)) {
      return HeliconeReply.unauthorised("No API key found");
    }
    if (call.is("POST", QUERY)) {
      beforeQuery.run();
      return queries.answer(body.get());
    }
    if (call.is("POST", OLD_QUERY)) {
      return HeliconeReply.ok(Json.array());
    }
    Optional<String> id = call.segment("/v1/request/", "/feedback");
    if (call.method().equals("POST") && id.isPresent()) {
      return ratingFault(body.get()).orElseGet(() -> rate(id.get(), body.get()));
    }
    return HeliconeReply.noRoute(call);
  }

  private Reply rate(String id, JsonNode body) {
    if (!ID.matcher(id).matches()) {
      return HeliconeReply.failed("Invalid requestId: must be a valid UUID");
    }
    if (LOWER_CASE_ID.matcher(id).matches()) {
      rows.rate(UUID.fromString(id), body.path("rating").asBoolean());
    }
    return HeliconeReply.ok(NullNode.getInstance());
  }

  /** Null passes and is kept as false; the texts {@code "true"} and {@code "false"} pass too. */
  private static Optional<Reply> ratingFault(JsonNode body) {
    if (!body.isObject()) {
      return Optional.of(HeliconeReply.invalid("requestBody", "invalid object", body));
    }
    for (String name : Json.fields(body).keySet()) {
      if (!name.equals("rating")) {
        ObjectNode excess = Json.object();
        excess.set(name, body.path(name));
        String message = HeliconeReply.excess(name);
        return Optional.of(HeliconeReply.invalid("requestBody", message, excess));
      }
    }
    JsonNode rating = body.path("rating");
    if (rating.isMissingNode()) {
      return Optional.of(HeliconeReply.missing("rating"));
    }
    boolean text = rating.asText().equals("true") || rating.asText().equals("false");
    return rating.isNull() || rating.isBoolean() || (rating.isTextual() && text)
        ? Optional.empty()
        : Optional.of(HeliconeReply.invalid("requestBody.rating", "invalid boolean value", rating));
  }
}
