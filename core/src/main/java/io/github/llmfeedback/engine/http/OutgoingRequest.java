package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.spi.WireRequest;
import okhttp3.Request;

/** A request with its body's bytes, ready to be sent any number of times. Immutable. */
public final class OutgoingRequest {
  final WireRequest asked;
  final Request http;
  private final int size;

  OutgoingRequest(WireRequest asked, Request http, int size) {
    this.asked = asked;
    this.http = http;
    this.size = size;
  }

  /** The size of the body in bytes. */
  public int size() {
    return size;
  }
}
