package io.github.llmfeedback.engine;

import static io.github.llmfeedback.contract.Http2Frames.DATA;
import static io.github.llmfeedback.contract.Http2Frames.END_HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.END_STREAM;
import static io.github.llmfeedback.contract.Http2Frames.HEADERS;
import static io.github.llmfeedback.contract.Http2Frames.INTERNAL_ERROR;
import static io.github.llmfeedback.contract.Http2Frames.REFUSED_STREAM;
import static io.github.llmfeedback.contract.Http2Frames.RST_STREAM;
import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.Http2Frames;
import io.github.llmfeedback.contract.Http2Frames.Frame;
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
  /** RFC 7541, 6.1: {@code :status: 200} of the static table. */
  private static final byte STATUS_200 = (byte) 0x88;

  private final AtomicInteger requests = new AtomicInteger();

  /** A server that resets the first streams, and accepts the others. */
  private RawServer resetting(int first, int error) {
    return new RawServer(
        socket -> {
          Http2Frames frames = new Http2Frames(socket);
          while (!socket.isClosed()) {
            Frame frame = frames.next();
            if (frame.endsRequest() && requests.incrementAndGet() <= first) {
              frames.write(RST_STREAM, 0, frame.stream(), new byte[] {0, 0, 0, (byte) error});
            } else if (frame.endsRequest()) {
              frames.write(HEADERS, END_HEADERS, frame.stream(), STATUS_200);
              frames.write(DATA, END_STREAM, frame.stream(), (byte) '{', (byte) '}');
            }
          }
        });
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
