package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.engine.RawServer.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interim responses before the final one (RFC 9110, 15.2). */
class InterimResponseTest {
  private static final String YES = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

  private static Outcome answered(String interim) {
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, interim + YES);
        };
    try (RawServer server = new RawServer(script);
        ToyClient client =
            new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build())) {
      return client.submitAll(ToyClient.many(1)).get(0);
    }
  }

  private static String interim(int status) {
    return "HTTP/1.1 " + status + " Wait\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 102, 103})
  void oneBeforeTheAnswerIsSkipped(int status) {
    assertThat(answered(interim(status)).isAccepted()).isTrue();
  }

  /** OkHttp 4.12 reads one; a later line may read them all. */
  @Test
  void severalAreSkippedOrCalledWhatTheyAre() {
    Outcome outcome = answered(interim(103) + interim(103) + interim(100));
    outcome
        .error()
        .ifPresent(
            error ->
                assertThat(error)
                    .hasMessageContaining("several interim responses (1xx) came first")
                    .hasMessageContaining("may have arrived")
                    .matches(e -> e.mayHaveArrived()));
  }
}
