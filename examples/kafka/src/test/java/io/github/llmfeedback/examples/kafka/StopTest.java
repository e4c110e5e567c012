package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.contract.Reply;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens while the provider lets nothing in. */
@Timeout(180)
class StopTest {
  private static final ConsumerSettings SETTINGS =
      Stream.SETTINGS.maxBatch(10).rest(Duration.ofMillis(200), Duration.ofMillis(400));

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PretendPortkey portkey = new PretendPortkey();
  private final Stream stream = new Stream(2);

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    System.setErr(before);
    stream.close();
    portkey.close();
  }

  private List<String> logged(String level) {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(level + " " + FeedbackConsumer.class.getName()))
        .toList();
  }

  @Test
  void aRefusedKeyStopsConsumingWithOneErrorUntilItIsAcceptedAgain() {
    AtomicBoolean isRefused = new AtomicBoolean(true);
    portkey.refuse(seen -> isRefused.get() ? Reply.of(401, "{\"message\":\"no\"}") : null);
    List<String> ids = IntStream.range(0, 100).mapToObj(i -> "t" + i % 7 + "-" + i).toList();
    stream.sendAll(ids);
    stream.start(stream.client(portkey), SETTINGS);

    Await.isTrue("it is tried now and then", () -> portkey.requests() >= 5);
    assertThat(logged("ERROR")).hasSize(1);
    assertThat(logged("ERROR").get(0)).contains("401").doesNotContain(PretendPortkey.KEY);
    assertThat(stream.isDone()).isFalse();
    isRefused.set(false);
    stream.awaitDone();

    assertThat(portkey.stored()).containsExactlyInAnyOrderElementsOf(ids);
    portkey
        .byTarget()
        .forEach(
            (target, stored) ->
                assertThat(stored)
                    .isEqualTo(ids.stream().filter(id -> id.startsWith(target + "-")).toList()));
    assertThat(Stream.records(stream.topics.deadLetter())).isEmpty();
    assertThat(Stream.records(stream.topics.retry())).isEmpty();
    assertThat(logged("ERROR")).hasSize(1);
    assertThat(logged("INFO")).singleElement().asString().contains("gets through again");
  }

  /** In one batch of lists: some delivered, some refused by the key, some delivered. */
  @Test
  void whatIsStoppedBeforeSomethingDeliveredGoesToTheRetryTopicSoThatNothingCountsTwice() {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    portkey.refuse(
        seen ->
            seen.texts("id").contains("a-0") && isFirst.getAndSet(false)
                ? Reply.of(403, "{}")
                : null);
    List<String> ids = IntStream.range(0, 250).mapToObj(i -> "a" + "-" + i).toList();
    try (Stream one = new Stream(1)) {
      one.sendAll(ids);
      one.start(one.client(portkey), Stream.SETTINGS.maxBatch(250));
      one.awaitDone();
      assertThat(portkey.stored()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(Stream.ids(one.topics.retry())).contains("a-0").hasSizeLessThan(250);
      assertThat(Stream.records(one.topics.deadLetter())).isEmpty();
    }
  }

  @Test
  void aProviderThatIsDownIsTriedWithOneFeedbackAtATime() {
    AtomicBoolean isDown = new AtomicBoolean(true);
    portkey.refuse(seen -> isDown.get() ? Reply.of(429, "{}") : null);
    List<String> ids = IntStream.range(0, 100).mapToObj(i -> "t" + i % 7 + "-" + i).toList();
    stream.sendAll(ids);
    stream.start(stream.client(portkey), SETTINGS);

    Await.isTrue("it is tried now and then", () -> portkey.requests() >= 5);
    int requests = portkey.requests();
    int retried = Stream.records(stream.topics.retry()).size();
    assertThat(retried).isBetween(5, 10 + requests);
    assertThat(logged("WARN")).hasSize(1);
    isDown.set(false);
    stream.awaitDone();

    assertThat(portkey.stored()).containsExactlyInAnyOrderElementsOf(ids);
  }
}
