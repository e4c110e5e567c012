package io.github.llmfeedback.contract;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
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
  static final int REFUSED_STREAM = 7;
  static final int INTERNAL_ERROR = 2;

  private static final int PREFACE = 24;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;

  private final HostileServer server;
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final HPackDecoder headers = new HPackDecoder(4096, StandardCharsets.US_ASCII);
  private final Map<Integer, Map<String, List<String>>> heads = new HashMap<>();
  private final Map<Integer, ByteArrayOutputStream> bodies = new HashMap<>();
  private boolean goesAway;

  Http2Connection(HostileServer server, Socket socket) throws IOException {
    this.server = server;
    this.socket = socket;
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  void converse() throws IOException, InterruptedException {
    in.readNBytes(PREFACE);
    frame(SETTINGS, 0, 0, new byte[0]);
    while (!socket.isClosed()) {
      int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      read(type, flags, stream, in.readNBytes(length));
    }
  }

  private void read(int type, int flags, int stream, byte[] payload)
      throws IOException, InterruptedException {
    if (type == SETTINGS && flags != ACK) {
      frame(SETTINGS, ACK, 0, new byte[0]);
    } else if (type == PING && flags != ACK) {
      frame(PING, ACK, 0, payload);
    } else if (type == HEADERS) {
      heads.put(stream, head(payload));
      bodies.put(stream, new ByteArrayOutputStream());
    } else if (type == DATA) {
      body(stream).writeBytes(payload);
    }
    boolean isWhole = (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
    if (isWhole && !goesAway) {
      server.meet(new Stream(stream, seen(stream)));
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

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
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
      frame(HEADERS, END_HEADERS, number, head);
      frame(DATA, END_STREAM, number, reply.body().getBytes(StandardCharsets.UTF_8));
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
      frame(HEADERS, END_HEADERS, number, head.toByteArray());
    }

    void reset(int error) throws IOException {
      frame(RST_STREAM, 0, number, new byte[] {0, 0, 0, (byte) error});
    }

    void headersWithoutEnd() throws IOException {
      byte[] indexed = new byte[1 << 14];
      Arrays.fill(indexed, (byte) 0x82); // RFC 7541, 6.1: the second of the static table
      frame(HEADERS, 0, number, indexed);
      while (true) {
        frame(CONTINUATION, 0, number, indexed);
      }
    }

    /** Sends which streams were processed, and ignores those after them. */
    void goAway(boolean processed) throws IOException {
      goesAway = true;
      byte last = (byte) (processed ? number : 0);
      frame(GOAWAY, 0, 0, new byte[] {0, 0, 0, last, 0, 0, 0, 0});
    }
  }
}
