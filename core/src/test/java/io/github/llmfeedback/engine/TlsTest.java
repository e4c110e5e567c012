package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections in TLS. */
class TlsTest {
  private static final HeldCertificate LOCALHOST = certificateOf("localhost");

  private LoopbackServer server = server(LOCALHOST);

  private static HeldCertificate certificateOf(String host) {
    return new HeldCertificate.Builder().addSubjectAlternativeName(host).build();
  }

  private static LoopbackServer server(HeldCertificate certificate) {
    return new LoopbackServer(
        new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .build()
            .sslSocketFactory());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy, HeldCertificate trusted) {
    return client(toy, trusted, new OkHttpClient.Builder());
  }

  private ToyClient client(ToyDialect toy, HeldCertificate trusted, OkHttpClient.Builder builder) {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder().addTrustedCertificate(trusted.certificate()).build();
    OkHttpClient http =
        builder
            .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
            .build();
    ClientSettings settings = ToyClient.impatient().httpClient(http).build();
    return new ToyClient(server.url(), toy, settings);
  }

  private static UndeliveredFeedbackException failure(ToyClient client) {
    return catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
  }

  private static void isUntrusted(UndeliveredFeedbackException error) {
    assertThat(error.reason()).isEqualTo(Reason.UNTRUSTED);
    assertThat(error.attempts()).as("it would not help").isEqualTo(1);
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @Test
  void aCertificateThatIsTrustedIsEnough() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyDialect.lists(3), LOCALHOST)) {
      assertThat(client.submitAll(ToyClient.many(50))).allMatch(Outcome::isAccepted);
    }
  }

  /** The check for a stale connection reads from it, and must not break it. */
  @Test
  void byHttp11AConnectionIsUsedAgain() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    AtomicInteger connections = new AtomicInteger();
    OkHttpClient.Builder http1 =
        new OkHttpClient.Builder()
            .protocols(List.of(Protocol.HTTP_1_1))
            .eventListener(
                new EventListener() {
                  @Override
                  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
                    connections.incrementAndGet();
                  }
                });
    try (ToyClient client = client(ToyDialect.plain(), LOCALHOST, http1)) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
      }
    }
    assertThat(connections).hasValue(1);
    assertThat(server.count()).isEqualTo(20);
  }

  @Test
  void aCertificateThatIsNotTrustedSeesNothing() {
    try (ToyClient client = client(ToyDialect.repeatableOnes(), certificateOf("localhost"))) {
      isUntrusted(failure(client));
    }
    try (ToyClient client = new ToyClient(server, ToyDialect.repeatableOnes())) {
      isUntrusted(failure(client));
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void aCertificateOfAnotherHostSeesNothing() {
    HeldCertificate other = certificateOf("another.example");
    server.close();
    server = server(other);
    try (ToyClient client = client(ToyDialect.repeatableOnes(), other)) {
      isUntrusted(failure(client));
    }
    assertThat(server.count()).isZero();
  }
}
