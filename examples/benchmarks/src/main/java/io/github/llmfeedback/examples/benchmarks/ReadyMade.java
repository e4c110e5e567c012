package io.github.llmfeedback.examples.benchmarks;

import java.nio.charset.StandardCharsets;

/** The bodies of requests as this library writes them, made without it. */
final class ReadyMade {
  private ReadyMade() {}

  /** The body that submits one feedback to Portkey. */
  static byte[] portkey() {
    return portkeyObject("trace-1").getBytes(StandardCharsets.UTF_8);
  }

  private static String portkeyObject(String trace) {
    return "{\"trace_id\":\"%s\",\"value\":1,\"metadata\":{\"text\":\"Spot on\",\"_user\":\"u1\"}}"
        .formatted(trace);
  }
}
