package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A provider that overwrites, and fails at random. */
@Timeout(180)
class OverwriteTest {
  private final LoopbackServer server = new LoopbackServer();
  private final Stream stream = new Stream(3);

  @AfterEach
  void stop() {
    stream.close();
    server.close();
  }

  @Test
  void theLastRatingOfEachAnswerIsTheOneThatStaysWhateverFailed() {
    Map<String, Boolean> kept = new ConcurrentHashMap<>();
    AtomicInteger count = new AtomicInteger();
    server.answerAll(
        seen -> {
          int number = count.incrementAndGet();
          if (number % 19 == 0) {
            return Reply.of(429, "{}");
          }
          kept.put(seen.segments().get(2), seen.body().contains("true"));
          Reply stored = Reply.of(201, "{\"data\":null,\"error\":null}");
          return number % 13 == 0 ? stored.with(Reply.Fault.CLOSED_AFTER_REQUEST) : stored;
        });
    Map<String, Boolean> last = new HashMap<>();
    List<CompletableFuture<?>> sent = new ArrayList<>();
    List<String> answers =
        IntStream.range(0, 30).mapToObj(i -> UUID.randomUUID().toString()).toList();
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      String answer = answers.get(i % answers.size());
      boolean isGood = random.nextBoolean();
      last.put(answer, isGood);
      Feedback.Builder rating = Feedback.on(answer);
      sent.add(stream.producer.send((isGood ? rating.thumbsUp() : rating.thumbsDown()).build()));
    }
    sent.forEach(CompletableFuture::join);

    FeedbackClient client =
        HeliconeFeedbackClient.builder("hk-of-a-test")
            .baseUrl(server.url())
            .settings(Stream.impatient().build())
            .build();
    stream.start(
        stream.closing(client), Stream.SETTINGS.maxBatch(20));
    stream.awaitDone();

    assertThat(kept).isEqualTo(last);
    assertThat(Stream.records(stream.topics.retry())).isEmpty();
    assertThat(Stream.records(stream.topics.parked())).isEmpty();
  }
}
