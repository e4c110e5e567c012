package io.github.llmfeedback.contract;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import okio.ByteString;

/** The frames of one HTTP/2 connection (RFC 9113), as a server reads and writes them. */
public final class Http2Frames {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int ACK = 1;
  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  public static final int INTERNAL_ERROR = 2;
  public static final int REFUSED_STREAM = 7;

  private static final int PREFACE = 24;

  private final DataInputStream in;
  private final DataOutputStream out;

  /** Begins a connection: reads the client's preface, and sends empty settings. */
  public Http2Frames(Socket socket) throws IOException {
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    in.readNBytes(PREFACE);
    write(SETTINGS, 0, 0);
  }

  /** One frame that was read. */
  public record Frame(int type, int flags, int stream, ByteString payload) {
    /** Whether its request ends with it. */
    public boolean endsRequest() {
      return (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
    }
  }

  /** Reads the next frame, and acknowledges it if it must be. */
  public Frame next() throws IOException {
    int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    ByteString payload = ByteString.of(in.readNBytes(length));
    if (type == SETTINGS && flags != ACK) {
      write(SETTINGS, ACK, 0);
    } else if (type == PING && flags != ACK) {
      write(PING, ACK, 0, payload.toByteArray());
    }
    return new Frame(type, flags, stream, payload);
  }

  /** Writes a frame, in one piece. */
  public void write(int type, int flags, int stream, byte... payload) throws IOException {
    out.write(
        ByteBuffer.allocate(9 + payload.length)
            .putInt(payload.length << 8 | type)
            .put((byte) flags)
            .putInt(stream)
            .put(payload)
            .array());
    out.flush();
  }
}
