package io.github.llmfeedback.engine.http;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OkHttp's default behaviour that is switched off, or relied on; for both 4.x and 5.x. */
class OkHttpHabitsTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy, OkHttpClient http, int retries) {
    ClientSettings settings = ToyClient.impatient().httpClient(http).maxRetries(retries).build();
    return new ToyClient(server.url(), toy, settings);
  }

  @Test
  void a503ThatMayBeRepeatedAtOnceIsNotRepeatedBehindOurBack() {
    server.answerAll(seen -> Reply.of(503, "").header("Retry-After", "0"));
    try (ToyClient client = client(ToyDialect.plain(), new OkHttpClient(), 2)) {
      assertThat(rejection(client).attempts()).isEqualTo(3);
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void a408IsNotRepeatedBehindOurBack() {
    server.answerAll(seen -> Reply.of(408, ""));
    try (ToyClient client = client(ToyDialect.plain(), new OkHttpClient(), 2)) {
      assertThat(rejection(client).attempts()).isEqualTo(1);
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aRequestThatTheServerReadIsNotSentAgainBehindOurBack() {
    server.enqueue(200, "{}").enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    OkHttpClient http = new OkHttpClient.Builder().retryOnConnectionFailure(true).build();
    try (ToyClient client = client(ToyDialect.plain(), http, 2)) {
      client.submit(on("a")); // so that the connection is a kept one
      FeedbackException error =
          catchThrowableOfType(FeedbackException.class, () -> client.submit(on("b")));
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void anAuthenticatorDoesNotSendTheBodyAgain() {
    server.answerAll(seen -> Reply.of(401, "").header("WWW-Authenticate", "Basic realm=\"x\""));
    OkHttpClient http =
        new OkHttpClient.Builder()
            .authenticator(
                (route, response) ->
                    response
                        .request()
                        .newBuilder()
                        .header("Authorization", Credentials.basic("me", "mine"))
                        .build())
            .build();
    try (ToyClient client = client(ToyDialect.plain(), http, 2)) {
      assertThat(rejection(client).status()).isEqualTo(401);
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void anotherAddressOfTheHostIsTriedWithinOneAttempt() {
    server.enqueue(200, "{}");
    OkHttpClient http =
        new OkHttpClient.Builder()
            .dns(name -> List.of(address(127, 0, 0, 2), address(127, 0, 0, 1)))
            .build();
    String url = server.url().replace("127.0.0.1", "localhost");
    ClientSettings settings = ToyClient.impatient().httpClient(http).build();
    try (ToyClient client = new ToyClient(url, ToyDialect.plain(), settings)) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(1);
    }
    assertThat(server.count()).isEqualTo(1);
  }

  private static InetAddress address(int... parts) throws UnknownHostException {
    return InetAddress.getByAddress(
        new byte[] {(byte) parts[0], (byte) parts[1], (byte) parts[2], (byte) parts[3]});
  }

  private static RejectedFeedbackException rejection(ToyClient client) {
    return catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(on("a")));
  }
}
