package io.github.llmfeedback.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.redaction.KnownException;
import io.github.llmfeedback.spi.Losses;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application gets of an exception from outside this library. */
class ForeignExceptionTest {
  private static Throwable causedBy(Throwable e, Throwable cause) {
    e.initCause(cause);
    return e;
  }

  @Test
  void itsClassesAndStackAreToldAndNoWordOfIt() {
    ProtocolException original = new ProtocolException("Unexpected status line: wq7zk-s");
    original.addSuppressed(new IOException("wq7zk-s"));
    IOException told = ForeignException.of(causedBy(original, new UnknownHostException("wq7zk-h")));
    assertThat(told)
        .hasMessage("java.net.ProtocolException (by java.net.UnknownHostException)")
        .hasNoCause()
        .hasNoSuppressedExceptions();
    assertThat(told.getStackTrace()).isEqualTo(original.getStackTrace());
  }

  @Test
  void constantMessagesAreTold() {
    assertThat(
            ForeignException.of(
                causedBy(
                    new ConnectException("Failed to connect to /127.0.0.1:9"),
                    new ConnectException("Connection refused"))))
        .hasMessage("java.net.ConnectException (by java.net.ConnectException: Connection refused)");
    assertThat(ForeignException.of(new IOException("stream was reset: INTERNAL_ERROR")))
        .hasMessage("java.io.IOException: stream was reset: INTERNAL_ERROR");
    assertThat(ForeignException.of(new SSLHandshakeException("Received fatal alert: unknown_ca")))
        .hasMessage("javax.net.ssl.SSLHandshakeException: Received fatal alert: unknown_ca");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connection reset\nwq7zk",
        "Connection reset\n",
        "Connection reset: wq7zk",
        "stream was reset: wq7zk",
        "Received fatal alert: wq7zk",
        "unexpected end of stream on https://wq7zk/...",
        "wq7zk Canceled"
      })
  void aMessageThatIsAlmostOneOfTheseIsNot(String message) {
    assertThat(ForeignException.of(new SocketException(message)))
        .hasMessage("java.net.SocketException");
  }

  @Test
  void ofABugTheStackLeadsToTheBug() {
    IllegalStateException bug = new IllegalStateException("wq7zk-s");
    bug.setStackTrace(new StackTraceElement[] {new StackTraceElement("Mine", "at", null, 7)});
    IOException suppressing = new IOException("canceled due to wq7zk-s");
    suppressing.addSuppressed(bug);
    for (Throwable e : new Throwable[] {bug, new IOException("wq7zk-s", bug), suppressing}) {
      IOException told = ForeignException.of(e);
      assertThat(told.getStackTrace()).isEqualTo(bug.getStackTrace());
      assertThat(told).hasMessageContaining("java.lang.IllegalStateException");
      assertThat(told.getMessage()).doesNotContain("wq7zk");
    }
  }

  @Test
  void aMissingClassIsNamed() {
    assertThat(ForeignException.of(new NoClassDefFoundError("okio/Buffer")))
        .hasMessage("java.lang.NoClassDefFoundError: okio/Buffer");
  }

  @Test
  void thisLibrarysOwnPassButNotWhatHangsOnThem() {
    IOException own = new Inflow.TooMuch();
    assertThat(ForeignException.of(own)).isSameAs(own);
    assertThat(ForeignException.of(ForeignException.of(own))).isSameAs(own);
    own.addSuppressed(new IOException("wq7zk-s"));
    assertThat(ForeignException.of(own))
        .hasMessage(Inflow.TooMuch.class.getName() + ": " + own.getMessage())
        .hasNoSuppressedExceptions();
    IOException broken = new KnownException("the attempt broke", new IOException("wq7zk-s"));
    assertThat(ForeignException.of(broken))
        .isInstanceOf(KnownException.class)
        .hasMessage("the attempt broke")
        .hasRootCauseMessage("java.io.IOException");
  }

  @Test
  void oneThatCannotEvenBeAskedIsNamed() {
    class Mean extends IOException {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("wq7zk-s");
      }
    }
    assertThat(ForeignException.of(new Mean())).hasMessage(Mean.class.getName());
    IOException circle = new IOException("wq7zk-s");
    circle.initCause(new IOException("wq7zk-s", circle));
    assertThat(ForeignException.of(circle))
        .hasMessage("java.io.IOException (by java.io.IOException)");
  }

  @Test
  void aDialectsBugQuotesNobody() {
    ToyDialect quoting =
        new ToyDialect() {
          @Override
          public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
            throw new IllegalStateException("wq7zk-s");
          }
        };
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client = new ToyClient(server.url(), quoting, ToyClient.settings().build())) {
      assertThat(client.submitAll(List.of(ToyClient.on("a"))).get(0).error())
          .get()
          .satisfies(e -> assertThat(e).rootCause().hasMessage("java.lang.IllegalStateException"));
    }
  }
}
