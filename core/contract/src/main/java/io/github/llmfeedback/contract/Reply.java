package io.github.llmfeedback.contract;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server does with a request: a response, or a fault.
 *
 * @param status the HTTP status
 * @param body the body
 * @param charset how the body becomes bytes
 * @param headers more headers
 * @param fault what goes wrong
 * @param delay how long until the response begins
 */
public record Reply(
    int status,
    String body,
    Charset charset,
    Map<String, String> headers,
    Fault fault,
    Duration delay) {
  /** What can go wrong. */
  public enum Fault {
    /** Nothing. */
    NONE,
    /** The connection is closed before the request is read. */
    CLOSED_AT_ONCE,
    /** The connection is closed after the request was read. */
    CLOSED_AFTER_REQUEST,
    /** The connection is closed in the middle of the response's body. */
    CLOSED_IN_ANSWER,
    /** The request is read, and no response is ever sent. */
    NEVER_ANSWERED,
    /** The body is sent at one byte a second. */
    ONE_BYTE_A_SECOND
  }

  /** A response with a JSON body, or of the type that the headers name. */
  public static Reply of(int status, String body) {
    return new Reply(
        status,
        body,
        StandardCharsets.UTF_8,
        Map.of("Content-Type", "application/json"),
        Fault.NONE,
        Duration.ZERO);
  }

  /** A fault; if a response begins, it is a 200 with some JSON. */
  public static Reply fault(Fault fault) {
    return of(200, "{\"status\":\"success\"}").with(fault);
  }

  /** This reply, encoded as ISO-8859-1: one byte for each character. */
  public Reply bytes() {
    return new Reply(status, body, StandardCharsets.ISO_8859_1, headers, fault, delay);
  }

  /** This reply with a fault. */
  public Reply with(Fault fault) {
    return new Reply(status, body, charset, headers, fault, delay);
  }

  /** This reply with one more header. */
  public Reply header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, body, charset, more, fault, delay);
  }

  /** This reply, with a delay before it begins. */
  public Reply after(Duration delay) {
    return new Reply(status, body, charset, headers, fault, delay);
  }
}
