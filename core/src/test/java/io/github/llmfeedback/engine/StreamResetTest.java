package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;

/**
 * HTTP/2 streams that the server resets (RFC 9113, 8.7), after it has read the whole request: while
 * one is still arriving, a server may reset it for a second reason, and the client may read either.
 */
class StreamResetTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;

  private static final int INTERNAL_ERROR = 2;
  private static final int REFUSED_STREAM = 7;

  private final AtomicInteger requests = new AtomicInteger();

  /** A server that resets the first streams, and accepts the others. */
  private RawServer resetting(int first, int error) {
    return new RawServer(
        socket -> {
          DataInputStream in = new DataInputStream(socket.getInputStream());
          in.readNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
          frame(socket, SETTINGS, 0, 0);
          while (!socket.isClosed()) {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            in.readNBytes(length);
            if (type == SETTINGS && flags != ACK) {
              frame(socket, SETTINGS, ACK, 0);
            } else if (type == DATA && (flags & END_STREAM) != 0) {
              if (requests.incrementAndGet() <= first) {
                frame(socket, RST_STREAM, 0, stream, 0, 0, 0, error);
              } else {
                accept(socket, stream);
              }
            }
          }
        });
  }

  private static void accept(Socket socket, int stream) throws IOException {
    frame(socket, HEADERS, END_HEADERS, stream, 0x88); // RFC 7541, 6.1: ":status: 200"
    byte[] json = "{}".getBytes(StandardCharsets.US_ASCII);
    frame(socket, DATA, END_STREAM, stream, json[0], json[1]);
  }

  private static void frame(Socket socket, int type, int flags, int stream, int... payload)
      throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.writeByte(0);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    for (int each : payload) {
      out.writeByte(each);
    }
    out.flush();
  }

  private static ToyClient client(RawServer server) {
    OkHttpClient http =
        new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    return new ToyClient(
        server.url(), ToyDialect.plain(), ToyClient.impatient().httpClient(http).build());
  }

  private static UndeliveredFeedbackException failure(ToyClient client) {
    return catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
  }

  @Test
  void aRefusedStreamWasNotTakenAndIsTriedAgain() {
    try (RawServer server = resetting(2, REFUSED_STREAM);
        ToyClient client = client(server)) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(3);
    }
    assertThat(requests).hasValue(3);
  }

  @Test
  void aStreamRefusedForGoodDidNotArrive() {
    try (RawServer server = resetting(3, REFUSED_STREAM);
        ToyClient client = client(server)) {
      UndeliveredFeedbackException error = failure(client);
      assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(error.attempts()).isEqualTo(3);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(requests).hasValue(3);
  }

  @Test
  void aStreamBrokenByTheServerLeavesDoubt() {
    try (RawServer server = resetting(1, INTERNAL_ERROR);
        ToyClient client = client(server)) {
      UndeliveredFeedbackException error = failure(client);
      assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(requests).hasValue(1);
  }
}
