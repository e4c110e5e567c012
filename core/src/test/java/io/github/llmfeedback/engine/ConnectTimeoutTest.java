package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.engine.http.UnconnectedSockets;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A connection that is never established. */
class ConnectTimeoutTest {
  @AutoClose private final LoopbackServer server = new LoopbackServer();

  @Test
  void aConnectionThatIsNotMadeInItsTimeIsTriedAgain() {
    Queue<Integer> timeouts = new ConcurrentLinkedQueue<>();
    OkHttpClient http = new OkHttpClient.Builder().socketFactory(silent(timeouts)).build();
    ClientSettings settings =
        ToyClient.impatient().httpClient(http).connectTimeout(Duration.ofMillis(1234)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
      assertThat(error.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(error.attempts()).isEqualTo(3);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(timeouts).hasSize(3).containsOnly(1234);
    assertThat(server.count()).isZero();
  }

  /** Sockets to where nobody says a word, so that no test has to wait for it. */
  private static SocketFactory silent(Queue<Integer> timeouts) {
    return new UnconnectedSockets(
        () ->
            new Socket() {
              @Override
              public void connect(SocketAddress endpoint, int timeout) throws IOException {
                timeouts.add(timeout);
                throw new SocketTimeoutException("Connect timed out");
              }
            });
  }
}
