package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A redirect is a refusal that names the location; key and feedback reach no other host. */
class RedirectTest {
  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308})
  void noOtherHostSeesAnything(int status) {
    for (ClientSettings settings : List.of(ours(), usersOwnThatFollows())) {
      try (LoopbackServer server = new LoopbackServer();
          LoopbackServer other = new LoopbackServer();
          ToyClient client = new ToyClient(server.url(), ToyDialect.repeatableOnes(), settings)) {
        server.enqueue(Reply.of(status, "").header("Location", other.url() + "/things"));
        RejectedFeedbackException error = rejection(client);
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.hint()).hasValueSatisfying(it -> assertThat(it).contains("127.0.0.1"));
        assertThat(error.mayHaveArrived()).isFalse();
        assertThat(error.attempts()).isEqualTo(1);
        assertThat(server.count()).isEqualTo(1);
        assertThat(other.count()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/things", "/things/", "http://user:secret@elsewhere/", "::", "ftp://x/"})
  void noPlaceIsFollowed(String location) {
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client = new ToyClient(server.url(), ToyDialect.repeatableOnes(), ours())) {
      server.enqueue(Reply.of(307, "").header("Location", location));
      assertThat(rejection(client)).hasMessageNotContaining("secret");
      assertThat(server.count()).isEqualTo(1);
    }
  }

  private static ClientSettings ours() {
    return ToyClient.impatient().build();
  }

  private static ClientSettings usersOwnThatFollows() {
    return ToyClient.impatient()
        .httpClient(
            new OkHttpClient.Builder().followRedirects(true).followSslRedirects(true).build())
        .build();
  }

  private static RejectedFeedbackException rejection(ToyClient client) {
    return catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(on("a")));
  }
}
