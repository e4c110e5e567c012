package io.github.llmfeedback.examples.quickstart.sandbox;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** An LLM that only pretends, seen through all four providers at once. */
public final class PretendLlm {
  private static final String PORTKEY_TRACE = "x-portkey-trace-id";
  private static final String HELICONE_REQUEST = "Helicone-Request-Id";

  private final Sandbox sandbox;

  /** An LLM whose calls the sandbox's Helicone logs. */
  public PretendLlm(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /**
   * An answer, and the id under which each provider knows it.
   *
   * @param headers the LLM's response headers; their names are case-insensitive
   */
  public record Answer(
      String text,
      String portkeyTraceId,
      String humanloopDatapointId,
      UUID heliconeRequestId,
      String baseplateUsageId,
      Map<String, List<String>> headers) {

    /** The values of one response header; none when it is absent. */
    public List<String> header(String name) {
      return headers.getOrDefault(name, List.of());
    }
  }

  /** Asks without any request header: every provider chooses its id. */
  public Answer ask(String prompt) {
    return ask(prompt, Map.of());
  }

  /**
   * Asks with request headers, in which an application may choose the ids of Portkey ({@code
   * x-portkey-trace-id}) and Helicone ({@code Helicone-Request-Id}) and label the request.
   */
  public Answer ask(String prompt, Map<String, String> headers) {
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    given.putAll(headers);
    String trace = given.getOrDefault(PORTKEY_TRACE, UUID.randomUUID().toString());
    UUID request = uuid(given.getOrDefault(HELICONE_REQUEST, "")).orElseGet(UUID::randomUUID);
    sandbox.helicone().llmCall(request, headers);
    return new Answer(
        "A pretended answer to: " + prompt,
        trace,
        "data_" + UUID.randomUUID().toString().replace("-", ""),
        request,
        UUID.randomUUID().toString(),
        responseHeaders(trace, request));
  }

  /** Silently replaces what is not a UUID of version 4, as Helicone's proxy does. */
  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text))
          .filter(uuid -> uuid.version() == 4 && uuid.toString().equalsIgnoreCase(text));
    } catch (IllegalArgumentException noUuid) {
      return Optional.empty();
    }
  }

  private static Map<String, List<String>> responseHeaders(String trace, UUID request) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put(PORTKEY_TRACE, List.of(trace));
    headers.put("Helicone-Id", List.of(request.toString()));
    return Collections.unmodifiableMap(headers);
  }
}
