package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.spi.WireRequest;
import okhttp3.Request;

/** A request with its body's bytes, ready to be sent any number of times. Immutable. */
public final class OutgoingRequest {
  final WireRequest asked;
  private final Request bodiless;
  private final byte[] body;

  OutgoingRequest(WireRequest asked, Request bodiless, byte[] body) {
    this.asked = asked;
    this.bodiless = bodiless;
    this.body = body;
  }

  /** The size of the body in bytes. */
  public int size() {
    return body.length;
  }

  /** The request as OkHttp sends it in one attempt. */
  Request attempt(SendPhase phase) {
    return bodiless.newBuilder().method(asked.method(), new AttemptBody(body, phase)).build();
  }
}
