package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.contract.Seen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import okhttp3.Authenticator;
import okhttp3.OkHttpClient;
import okhttp3.Route;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A proxy for plain http that requires credentials. */
class ProxyTest {
  private static final Reply WHO =
      Reply.of(407, "").header("Proxy-Authenticate", "Basic realm=\"so\"");

  @AutoClose private final LoopbackServer proxy = new LoopbackServer();
  private final Proxy itsPlace =
      new Proxy(
          Proxy.Type.HTTP,
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), URI.create(proxy.url()).getPort()));

  private ToyClient client(Authenticator authenticator) {
    return client(ToyDialect.plain(), authenticator);
  }

  private ToyClient client(ToyDialect toy, Authenticator authenticator) {
    OkHttpClient http =
        new OkHttpClient.Builder().proxy(itsPlace).proxyAuthenticator(authenticator).build();
    ClientSettings settings = ToyClient.impatient().httpClient(http).allowPlainHttp(true).build();
    return new ToyClient("http://127.0.0.1:1", toy, settings);
  }

  private ToyClient client() {
    return client(
        (route, response) -> {
          assertThat(route).extracting(Route::proxy).isEqualTo(itsPlace);
          return response
              .request()
              .newBuilder()
              .header("Proxy-Authorization", "Basic bWU6bWluZQ==")
              .build();
        });
  }

  private static <T extends FeedbackException> T failure(Class<T> type, ToyClient client) {
    try (client) {
      return catchThrowableOfType(type, () -> client.submit(on("a")));
    }
  }

  @Test
  void itGetsThemWithTheSameFeedbackAndItIsOneAttempt() {
    proxy.enqueue(WHO).enqueue(200, "{}");
    try (ToyClient client = client()) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
    }
    Seen first = proxy.take();
    Seen second = proxy.take();
    assertThat(first.headers()).doesNotContainKey("Proxy-Authorization");
    assertThat(second.header("Proxy-Authorization")).isEqualTo("Basic bWU6bWluZQ==");
    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void ifTheyAreWrongItIsARefusalAndNothingArrived() {
    proxy.answerAll(seen -> WHO);
    RejectedFeedbackException error = failure(RejectedFeedbackException.class, client());
    assertThat(error.status()).isEqualTo(407);
    assertThat(error).hasMessageContaining("proxy wants credentials");
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(proxy.count()).isEqualTo(2);
  }

  @Test
  void ifTheFeedbackIsLostAfterThemItMayHaveArrived() {
    proxy.enqueue(WHO).enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    UndeliveredFeedbackException error = failure(UndeliveredFeedbackException.class, client());
    assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(proxy.count()).isEqualTo(2);
  }

  @Test
  void ifNobodyKnowsThemItIsARefusal() {
    proxy.answerAll(seen -> WHO);
    RejectedFeedbackException error =
        failure(RejectedFeedbackException.class, client(Authenticator.NONE));
    assertThat(error.status()).isEqualTo(407);
    assertThat(proxy.count()).isEqualTo(1);
  }

  @Test
  void aListThatItRefusesIsNotSplit() {
    proxy.answerAll(seen -> WHO);
    try (ToyClient client = client(ToyDialect.lists(10), Authenticator.NONE)) {
      assertThat(client.submitAll(ToyClient.many(10)))
          .hasSize(10)
          .allSatisfy(
              outcome -> {
                RejectedFeedbackException error =
                    (RejectedFeedbackException) outcome.error().orElseThrow();
                assertThat(error.status()).isEqualTo(407);
                assertThat(error.mayHaveArrived()).isFalse();
              });
    }
    assertThat(proxy.count()).isEqualTo(1);
  }

  @Test
  void anAuthenticatorThatFailsIsNoHang() {
    proxy.answerAll(seen -> WHO);
    FeedbackException error =
        failure(
            FeedbackException.class,
            client(
                (route, response) -> {
                  throw new IOException("mine");
                }));
    assertThat(error.attempts()).isEqualTo(1);
  }
}
