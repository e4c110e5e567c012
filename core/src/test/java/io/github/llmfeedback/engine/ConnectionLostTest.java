package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.engine.RawServer.Script;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that break before, while or after the request is read, or within the answer. */
class ConnectionLostTest {
  static Stream<Named<Script>> breaks() {
    return Stream.of(
        Named.of("closed before anything is read", socket -> {}),
        Named.of(
            "reset when the first byte is read",
            socket -> {
              socket.getInputStream().read();
              RawServer.reset(socket);
            }),
        Named.of(
            "closed when the request is read",
            socket -> {
              RawServer.readRequest(socket);
            }),
        Named.of(
            "reset when the request is read",
            socket -> {
              RawServer.readRequest(socket);
              RawServer.reset(socket);
            }),
        Named.of(
            "closed within the status line",
            socket -> {
              RawServer.readRequest(socket);
              RawServer.write(socket, "HTTP/1.1 2");
            }),
        Named.of(
            "closed within the headers",
            socket -> {
              RawServer.readRequest(socket);
              RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Le");
            }),
        Named.of(
            "no HTTP at all",
            socket -> {
              RawServer.readRequest(socket);
              RawServer.write(socket, "s3rver-w0rds\r\n\r\n");
            }));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void whatMustNotArriveTwiceIsNotSentAgain(Script script) {
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server, ToyDialect.plain(), false)) {
      UndeliveredFeedbackException error = failure(client);
      assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
      assertThat(error.mayHaveArrived()).isTrue();
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void whatMayArriveTwiceIsSentAgain(Script script) {
    for (boolean byNature : new boolean[] {true, false}) {
      try (RawServer server = new RawServer(script, script, RawServer.YES);
          ToyClient client =
              client(
                  server, byNature ? ToyDialect.repeatableOnes() : ToyDialect.plain(), !byNature)) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(3);
        assertThat(server.connections()).isEqualTo(3);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void theStackTraceHoldsNothingTheServerSaid(Script script) {
    try (RawServer server = new RawServer(script);
        ToyClient client = client(server, ToyDialect.plain(), false)) {
      StringWriter trace = new StringWriter();
      failure(client).printStackTrace(new PrintWriter(trace));
      assertThat(trace.toString()).doesNotContain("s3rver", "content=", "word", ToyClient.KEY);
    }
  }

  @Test
  void aConnectionClosedAtOnceIsTriedAgainIfItMayBe() {
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client =
            new ToyClient(
                server.url(), ToyDialect.repeatableOnes(), ToyClient.impatient().build())) {
      server
          .enqueue(Reply.fault(Fault.CLOSED_AT_ONCE))
          .enqueue(Reply.fault(Fault.CLOSED_AT_ONCE))
          .enqueue(200, "{}");
      assertThat(client.submit(on("a")).attempts()).isEqualTo(3);
    }
  }

  @Test
  void aResetAtTheVeryBeginningIsToldAsItWasSeen() {
    try (RawServer server = new RawServer(RawServer::reset);
        ToyClient client = client(server, ToyDialect.plain(), false)) {
      UndeliveredFeedbackException error = failure(client);
      assertThat(error.reason()).isIn(Reason.CONNECTION_LOST, Reason.UNREACHABLE);
      assertThat(error.mayHaveArrived()).isEqualTo(error.reason() == Reason.CONNECTION_LOST);
    }
  }

  private static ToyClient client(RawServer server, ToyDialect toy, boolean repeatUncertain) {
    return new ToyClient(
        server.url(), toy, ToyClient.impatient().repeatUncertain(repeatUncertain).build());
  }

  private static UndeliveredFeedbackException failure(ToyClient client) {
    return catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
  }
}
