package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept of a connection that nobody uses. */
@Tag("slow")
@Timeout(120)
class IdleConnectionTest {
  /** A program that sends one feedback, and then does nothing with a client still open. */
  static final class Idle {
    private Idle() {}

    public static void main(String[] args) throws IOException {
      try (ToyClient client =
          new ToyClient(args[0], ToyDialect.plain(), ToyClient.settings().build())) {
        client.submit(ToyClient.on("a"));
        int end = System.in.read(); // blocks for ever
        System.out.print(end);
      }
    }
  }

  @Test
  void itIsClosedAfterHalfAMinute() throws Exception {
    CompletableFuture<Duration> idle = new CompletableFuture<>();
    RawServer.Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          long answered = System.nanoTime();
          assertThat(socket.getInputStream().read()).as("no word more").isEqualTo(-1);
          idle.complete(Duration.ofNanos(System.nanoTime() - answered));
        };
    try (RawServer server = new RawServer(script);
        Program program = new Program(List.of(), Idle.class, server.url())) {
      assertThat(program).isNotNull();
      assertThat(idle.get(90, TimeUnit.SECONDS))
          .isBetween(Duration.ofSeconds(29), Duration.ofSeconds(45));
    }
  }
}
