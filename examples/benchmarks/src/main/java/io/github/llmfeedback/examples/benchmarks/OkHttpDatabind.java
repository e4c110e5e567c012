package io.github.llmfeedback.examples.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;

/** What most would write by hand: OkHttp, a record that databind writes, a record that it reads. */
final class OkHttpDatabind implements Workload {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final OkHttpClient client;
  private final String url;
  private final Score score = new Score("trace-1", 1, Map.of("text", "Spot on", "_user", "u1"));

  OkHttpDatabind(String url, int threads) {
    client = OkHttpBytes.client(threads);
    this.url = url + "/v1/feedback";
  }

  @Override
  public void run() throws IOException {
    byte[] answer = OkHttpBytes.post(client, url, MAPPER.writeValueAsBytes(score));
    Stored stored = MAPPER.readValue(answer, Stored.class);
    if (stored.ids().size() != 1) {
      throw new IOException("the server stored " + stored.ids());
    }
  }

  /**
   * A feedback as Portkey reads it.
   *
   * @param trace the id of the trace
   * @param value the thumb
   * @param metadata comment and author
   */
  record Score(
      @JsonProperty("trace_id") String trace,
      @JsonProperty("value") int value,
      @JsonProperty("metadata") Map<String, String> metadata) {}

  /**
   * Portkey's response.
   *
   * @param status whether it was stored
   * @param message the same for people
   * @param ids one for each feedback
   */
  record Stored(
      @JsonProperty("status") String status,
      @JsonProperty("message") String message,
      @JsonProperty("feedback_ids") List<String> ids) {}
}
