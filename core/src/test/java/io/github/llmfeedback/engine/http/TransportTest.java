package io.github.llmfeedback.engine.http;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** Very long durations. */
class TransportTest {
  @Test
  void forEverIsAWaitLikeOthers() {
    SharedThreads transport = SharedThreads.acquire();
    try {
      Scheduler.Alarm alarm = transport.schedule(() -> {}, ChronoUnit.FOREVER.getDuration());
      assertThat(alarm).isNotNull();
      alarm.cancel();
    } finally {
      transport.release();
    }
  }

  @Test
  void a503ThatAsksForAnEnormousWaitIsStillAnAnswer() {
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client = new ToyClient(server, ToyDialect.plain())) {
      server.answerAll(seen -> Reply.of(503, "{}").header("Retry-After", "1763712000001"));
      RejectedFeedbackException error =
          catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(on("a")));
      assertThat(error.retryAfter()).contains(Duration.ofSeconds(1763712000001L));
      assertThat(server.count()).isEqualTo(1);
    }
  }
}
