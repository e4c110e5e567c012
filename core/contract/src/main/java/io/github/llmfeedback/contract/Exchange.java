package io.github.llmfeedback.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request that a {@link HostileServer} has begun to read, and the socket to misuse. */
class Exchange {
  final HostileServer server;
  final Socket socket;
  private final String head;
  private @Nullable Seen seen;

  Exchange(HostileServer server, Socket socket, String head) {
    this.server = server;
    this.socket = socket;
    this.head = head;
  }

  /** The next request of a connection, whose body is still to come; null if there is none. */
  static @Nullable Exchange next(HostileServer server, Socket socket) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    int last = 0;
    int next;
    while (last != 0x0d0a0d0a && (next = in.read()) != -1) {
      head.write(next);
      last = last << 8 | next;
    }
    return last == 0x0d0a0d0a
        ? new Exchange(server, socket, head.toString(StandardCharsets.UTF_8))
        : null;
  }

  /** The request's first line. */
  String firstLine() {
    return head.lines().findFirst().orElseThrow();
  }

  /** A header of the request; empty text if there is none. */
  String header(String name) {
    return headers().getOrDefault(name, List.of("")).get(0);
  }

  private Map<String, List<String>> headers() {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : head.lines().skip(1).filter(line -> line.contains(":")).toList()) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return headers;
  }

  /** Whether the request carries no feedback; does not read the body. */
  boolean isQuestion() {
    return server.provider.answerQuestion(head(), id -> false).isPresent();
  }

  /** The request without its body. */
  Seen head() {
    String[] words = firstLine().split(" ", -1);
    // A proxy gets the whole URL.
    return new Seen(words[0], words[1].replaceFirst("^http://[^/]*", ""), headers(), "");
  }

  /** Reads this many bytes of the request's body. */
  void readBytes(int count) throws IOException {
    socket.getInputStream().readNBytes(count);
  }

  /** Reads the rest of the request, once. */
  Seen read() throws IOException {
    if (seen == null) {
      byte[] body = socket.getInputStream().readNBytes(Integer.parseInt(header("Content-Length")));
      Seen head = head();
      String text = new String(body, StandardCharsets.UTF_8);
      seen = new Seen(head.method(), head.path(), head.headers(), text);
    }
    return seen;
  }

  /** Stores the feedback, whatever the response is then. */
  Exchange take() throws IOException {
    server.take(read());
    return this;
  }

  /** Stores the first wire objects of the feedback, whatever the response is then. */
  Exchange takeOnly(int count) throws IOException {
    List<String> ids = server.provider.targetIds(read());
    server.take(ids.subList(0, Math.min(count, ids.size())));
    return this;
  }

  /** Stores the feedback and accepts it, as the provider does. */
  void yes() throws IOException {
    answer(server.provider.accept(take().read()));
  }

  /** Sends a response with a correct Content-Length. */
  void answer(Reply reply) throws IOException {
    read();
    if (reply.status() < 300) {
      server.saysYes(read());
    }
    StringBuilder text = new StringBuilder("HTTP/1.1 " + reply.status() + " So\r\n");
    reply.headers().forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    if (reply.status() != 204) {
      text.append("Content-Length: " + reply.body().getBytes(StandardCharsets.UTF_8).length);
      text.append("\r\n");
    }
    write(text + "\r\n" + reply.body());
  }

  /** Begins a success response that has these headers. */
  void ok(String headers) throws IOException {
    server.saysYes(read());
    lines("HTTP/1.1 200 OK\n" + headers + "\n");
  }

  /** Writes this text, with each line feed as CRLF. */
  void lines(String text) throws IOException {
    write(text.replace("\n", "\r\n"));
  }

  void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Writes one byte a second, until the client closes the connection. */
  void writeSlowly(String text) throws IOException, InterruptedException {
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      write(new byte[] {each});
      server.rest(1000);
    }
  }

  /** Closes the connection normally. */
  void close() throws IOException {
    socket.close();
  }

  /** Breaks the connection off. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** The provider's success body as text, for tests to corrupt. */
  String yesBody() throws IOException {
    return server.provider.accept(read()).body();
  }

  /** The identity of the request, to recognise it when it is sent again. */
  String identity() throws IOException {
    return read().method() + " " + read().path() + " " + read().body();
  }
}
