package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The request that stands in a connection's buffer. One for each connection; not thread-safe. */
final class ServerRequest {
  private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

  private final InputStream in;
  private byte[] buffer = new byte[16 << 10];
  private int filled;
  private int body;
  private int end;

  ServerRequest(InputStream in) {
    this.in = in;
  }

  /** Reads the next request; false if there is no more. */
  boolean read() throws IOException {
    System.arraycopy(buffer, end, buffer, 0, filled - end);
    filled -= end;
    end = 0;
    int head = indexOf(END, 0, filled);
    while (head < 0) {
      if (!fill()) {
        return false;
      }
      head = indexOf(END, 0, filled);
    }
    body = head + END.length;
    end = body + length(head);
    while (filled < end) {
      if (!fill()) {
        return false;
      }
    }
    return true;
  }

  private boolean fill() throws IOException {
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * filled);
    }
    int read = in.read(buffer, filled, buffer.length - filled);
    filled += Math.max(0, read);
    return read > 0;
  }

  private int length(int head) {
    int at = indexOf(LENGTH, 0, head);
    int length = 0;
    for (int i = at + LENGTH.length; at >= 0 && buffer[i] != '\r'; i++) {
      length = buffer[i] == ' ' ? length : 10 * length + buffer[i] - '0';
    }
    return length;
  }

  /** Whether the request line contains a text, which is in lower case. */
  boolean lineContains(byte[] text) {
    int line = 0;
    while (buffer[line] != '\r') {
      line++;
    }
    return indexOf(text, 0, line) >= 0;
  }

  /** How often the body contains a text, which is in lower case. */
  int countInBody(byte[] text) {
    int count = 0;
    for (int at = indexOf(text, body, end); at >= 0; at = indexOf(text, at + 1, end)) {
      count++;
    }
    return count;
  }

  /** Whether the body is a list. */
  boolean isList() {
    return body < end && buffer[body] == '[';
  }

  /** Where a text in lower case begins between two positions; -1 if it does not. */
  private int indexOf(byte[] text, int from, int to) {
    for (int i = from; i <= to - text.length; i++) {
      int same = 0;
      while (same < text.length && lower(buffer[i + same]) == text[same]) {
        same++;
      }
      if (same == text.length) {
        return i;
      }
    }
    return -1;
  }

  private static int lower(byte letter) {
    return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
  }
}
