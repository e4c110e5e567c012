package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;

/** A provider's response to one {@link Call}. */
record Reply(int status, String contentType, String body) {

  static Reply json(int status, JsonNode body) {
    return new Reply(status, "application/json; charset=utf-8", body.toString());
  }

  static Reply html(int status, String body) {
    return new Reply(status, "text/html; charset=utf-8", body);
  }

  static Reply text(int status, String body) {
    return new Reply(status, "text/plain; charset=utf-8", body);
  }
}
