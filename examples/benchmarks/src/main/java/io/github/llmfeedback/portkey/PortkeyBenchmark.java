package io.github.llmfeedback.portkey;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What a submit does beside HTTP. In this package, because the dialect is visible only here.
 *
 * <p>JMH makes a subclass and reads the methods' names, so all is public.
 */
@State(Scope.Thread)
public class PortkeyBenchmark {
  private static final String RESPONSE =
      "{\"status\":\"success\",\"message\":\"Feedback saved\",\"feedback_ids\":[\"fb-000000\"]}";

  private static final JsonInclude.Value NON_NULL =
      JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS);

  private final JsonMapper mapper = JsonMapper.builder().defaultPropertyInclusion(NON_NULL).build();
  private final PortkeyDialect dialect = new PortkeyDialect(PortkeyOptions.DEFAULT);
  private final PortkeyWire wire =
      new PortkeyWire("trace-1", 1, null, null, Map.of("text", "Spot on", "_user", "u1"));
  private final List<List<PortkeyWire>> sent = List.of(List.of(wire));
  private final WireRequest request = dialect.request(sent);
  private final byte[] response = RESPONSE.getBytes(StandardCharsets.UTF_8);
  private final Receipt receipt =
      Receipt.builder("portkey", "trace-1").ids(List.of("fb-000000")).build();

  /** A feedback with a thumb, a comment and an author. */
  @Benchmark
  public Feedback build() {
    return Feedback.on("trace-1").thumbsUp().comment("Spot on").author("u1").build();
  }

  /** The same, and its bytes as they are sent. */
  @Benchmark
  public byte[] buildAndEncode() {
    Encoded<PortkeyWire> encoded = Encoded.of(build(), dialect, LossPolicy.ROUNDING);
    return dialect.request(List.of(encoded.objects())).bytes();
  }

  /** The same bytes, written by Jackson from a record that is ready. */
  @Benchmark
  public byte[] writeByDatabind() throws JsonProcessingException {
    return mapper.writeValueAsBytes(wire);
  }

  /** The ids in a response, which must be an acceptance. */
  @Benchmark
  public List<List<String>> decode() {
    ProviderResponse read = ProviderResponse.of(200, RESPONSE);
    if (dialect.verdict(read, request).kind() != Verdict.Kind.ACCEPTED) {
      throw new IllegalStateException("not accepted");
    }
    return dialect.decode(read, sent);
  }

  /** The same response, read by Jackson to a record. */
  @Benchmark
  public Stored readByDatabind() throws IOException {
    return mapper.readValue(response, Stored.class);
  }

  /** A receipt's text, and the receipt that is read from it. */
  @Benchmark
  public Receipt receiptText() {
    return Receipt.parse(receipt.toText());
  }

  /**
   * Portkey's response.
   *
   * @param status whether it was stored
   * @param message the same for people
   * @param ids one for each feedback
   */
  public record Stored(
      @JsonProperty("status") String status,
      @JsonProperty("message") String message,
      @JsonProperty("feedback_ids") List<String> ids) {}
}
