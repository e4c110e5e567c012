package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.Http2Frames.CONTINUATION;
import static io.github.llmfeedback.contract.Http2Frames.DATA;
import static io.github.llmfeedback.contract.Http2Frames.END_HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.END_STREAM;
import static io.github.llmfeedback.contract.Http2Frames.GOAWAY;
import static io.github.llmfeedback.contract.Http2Frames.HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.RST_STREAM;

import io.github.llmfeedback.contract.Http2Frames.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http2.hpack.HPackDecoder;
import org.apache.hc.core5.http2.hpack.HPackException;

/** One HTTP/2 connection (RFC 9113), frame by frame, so that tests can send invalid frames. */
final class Http2Connection {
  private final HostileServer server;
  private final Socket socket;
  private final Http2Frames frames;
  private final HPackDecoder headers = new HPackDecoder(4096, StandardCharsets.US_ASCII);
  private final Map<Integer, Map<String, List<String>>> heads = new HashMap<>();
  private final Map<Integer, ByteArrayOutputStream> bodies = new HashMap<>();
  private boolean goesAway;

  Http2Connection(HostileServer server, Socket socket) throws IOException {
    this.server = server;
    this.socket = socket;
    frames = new Http2Frames(socket);
  }

  void converse() throws IOException, InterruptedException {
    while (!socket.isClosed()) {
      Frame frame = frames.next();
      int stream = frame.stream();
      if (frame.type() == HEADERS) {
        heads.put(stream, head(frame.payload().toByteArray()));
        bodies.put(stream, new ByteArrayOutputStream());
      } else if (frame.type() == DATA) {
        body(stream).writeBytes(frame.payload().toByteArray());
      }
      if (frame.endsRequest() && !goesAway) {
        server.meet(new Stream(stream, seen(stream)));
      }
    }
  }

  private Map<String, List<String>> head(byte[] compressed) throws IOException {
    try {
      Map<String, List<String>> head = new TreeMap<>();
      for (Header header : headers.decodeHeaders(ByteBuffer.wrap(compressed))) {
        head.put(header.getName(), List.of(header.getValue()));
      }
      return head;
    } catch (HPackException e) {
      throw new IOException(e);
    }
  }

  private ByteArrayOutputStream body(int stream) {
    return Objects.requireNonNull(bodies.get(stream), "a body without a head");
  }

  private Seen seen(int stream) {
    Map<String, List<String>> head = heads.getOrDefault(stream, Map.of());
    return new Seen(
        head.getOrDefault(":method", List.of()).get(0),
        head.getOrDefault(":path", List.of()).get(0),
        head,
        body(stream).toString(StandardCharsets.UTF_8));
  }

  /** One request in its own stream. */
  final class Stream extends Exchange {
    private final int number;
    private final Seen seen;

    private Stream(int number, Seen seen) {
      super(Http2Connection.this.server, Http2Connection.this.socket, "");
      this.number = number;
      this.seen = seen;
    }

    @Override
    Seen head() {
      return seen;
    }

    @Override
    Seen read() {
      return seen;
    }

    @Override
    void answer(Reply reply) throws IOException {
      server.saysYes(seen);
      byte[] status = Integer.toString(reply.status()).getBytes(StandardCharsets.US_ASCII);
      // RFC 7541, 6.2.2: not indexed, with the name :status of the static table.
      byte[] head = {0x08, 3, status[0], status[1], status[2]};
      frames.write(HEADERS, END_HEADERS, number, head);
      frames.write(DATA, END_STREAM, number, reply.body().getBytes(StandardCharsets.UTF_8));
    }

    /** Begins a response of 200 with one more header, of any name. */
    void head(String name, String value) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      head.writeBytes(new byte[] {0x08, 3, '2', '0', '0', 0}); // RFC 7541, 6.2.2: then a new name
      for (String text : List.of(name, value)) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        head.write(bytes.length); // fewer than 127, not Huffman coded
        head.writeBytes(bytes);
      }
      frames.write(HEADERS, END_HEADERS, number, head.toByteArray());
    }

    void reset(int error) throws IOException {
      frames.write(RST_STREAM, 0, number, new byte[] {0, 0, 0, (byte) error});
    }

    void headersWithoutEnd() throws IOException {
      byte[] indexed = new byte[1 << 14];
      Arrays.fill(indexed, (byte) 0x82); // RFC 7541, 6.1: the second of the static table
      frames.write(HEADERS, 0, number, indexed);
      while (true) {
        frames.write(CONTINUATION, 0, number, indexed);
      }
    }

    /** Sends which streams were processed, and ignores those after them. */
    void goAway(boolean processed) throws IOException {
      goesAway = true;
      byte last = (byte) (processed ? number : 0);
      frames.write(GOAWAY, 0, 0, new byte[] {0, 0, 0, last, 0, 0, 0, 0});
    }
  }
}
