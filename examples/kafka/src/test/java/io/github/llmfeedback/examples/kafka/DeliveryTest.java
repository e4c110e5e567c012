package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Target;
import io.github.llmfeedback.examples.kafka.Stream.Running;
import io.github.llmfeedback.json.FeedbackJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class DeliveryTest {
  private final PretendPortkey portkey = new PretendPortkey();
  private final Stream stream = new Stream(6);

  @AfterEach
  void stop() {
    stream.close();
    portkey.close();
  }

  @Test
  void theKeyIsTheTargetAndTheValueTheFeedback() {
    stream.sendAll(List.of("a-1"));

    ConsumerRecord<String, String> record = Stream.records(stream.topics.feedback()).get(0);

    assertThat(Target.parse(record.key())).isEqualTo(Target.of("a"));
    assertThat(FeedbackJson.strict().feedback(record.value()))
        .isEqualTo(Stream.feedback("a-1").thumbsUp().build());
  }

  @Test
  void everythingIsDeliveredOnceAndInOrderOnEachTarget() {
    List<String> ids = IntStream.range(0, 5_000).mapToObj(i -> "t" + i % 50 + "-" + i).toList();
    ConsumerSettings settings = Stream.SETTINGS.maxBatch(200);
    stream.start(stream.client(portkey), settings);
    stream.start(stream.client(portkey), settings);
    stream.awaitMembers(2);

    stream.sendAll(ids);
    stream.awaitDone();

    assertThat(portkey.stored()).containsExactlyInAnyOrderElementsOf(ids);
    for (Map.Entry<String, List<String>> target : portkey.byTarget().entrySet()) {
      assertThat(target.getValue())
          .isEqualTo(ids.stream().filter(id -> id.startsWith(target.getKey() + "-")).toList());
    }
  }

  /** And so twice as long as the session. */
  @Test
  void aBatchThatTakesLongerThanThePollIntervalIsNotGivenToAnother() {
    portkey.reply(reply -> reply.after(Duration.ofSeconds(4)));
    ConsumerSettings settings =
        Stream.SETTINGS.member(
            Map.of(
                "session.timeout.ms", 2_000,
                "heartbeat.interval.ms", 300,
                "max.poll.interval.ms", 2_000));
    stream.start(stream.client(portkey), settings);
    stream.start(stream.client(portkey), settings);
    stream.awaitMembers(2);
    List<String> ids = IntStream.range(0, 50).mapToObj(i -> "t" + i + "-" + i).toList();

    stream.sendAll(ids);
    stream.awaitDone();

    assertThat(portkey.stored()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void closingFinishesTheBatchInFlightAndCommitsIt() {
    portkey.reply(reply -> reply.after(Duration.ofSeconds(2)));
    Running first = stream.start(stream.client(portkey), Stream.SETTINGS);
    stream.sendAll(List.of("a-1", "a-2", "a-3"));
    Await.isTrue("it is being submitted", () -> portkey.requests() > 0);

    first.close();

    assertThat(stream.isDone()).isTrue();
    assertThat(portkey.stored()).containsExactly("a-1", "a-2", "a-3");
    assertThat(first.consumer.count(Fate.DELIVERED)).isEqualTo(3);
  }

  @Test
  void whatIsInFlightTooLongIsLeftToTheNextMember() {
    portkey.reply(reply -> reply.after(Duration.ofSeconds(3)));
    ConsumerSettings settings = Stream.SETTINGS.finishTimeout(Duration.ofMillis(100));
    Running first = stream.start(stream.client(portkey), settings);
    stream.sendAll(List.of("a-1"));
    Await.isTrue("it is being submitted", () -> portkey.requests() > 0);

    first.close();
    assertThat(stream.isDone()).isFalse();
    stream.start(stream.client(portkey), settings);
    stream.awaitDone();

    assertThat(portkey.stored()).containsExactly("a-1", "a-1");
  }

  @Test
  void aMemberThatWasClosedIsNotRunAgain() {
    Running member = stream.start(stream.client(portkey), Stream.SETTINGS);
    stream.awaitMembers(1);
    member.close();
    member.close();

    assertThatThrownBy(member.consumer::run).isInstanceOf(IllegalStateException.class);
  }
}
