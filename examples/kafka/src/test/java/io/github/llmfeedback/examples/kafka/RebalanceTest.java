package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.examples.kafka.Stream.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that come and go under load. */
@Timeout(1_200)
@Tag("crash")
class RebalanceTest {
  static final int ROUNDS = Integer.getInteger("feedback.crash.rounds", 5);

  private final PretendPortkey portkey = new PretendPortkey();
  private final Stream stream = new Stream(6);

  @AfterEach
  void stop() {
    stream.close();
    portkey.close();
  }

  @Test
  void whenAMemberJoinsAndLeavesUnderLoadNothingIsLostAndNothingCountsTwice() {
    // A batch is nearly always in flight when the partitions are to be given up.
    portkey.reply(reply -> reply.after(Duration.ofMillis(300)));
    ConsumerSettings settings = Stream.SETTINGS.maxBatch(200);
    stream.start(stream.client(portkey), settings);
    long atGuests = 0;
    List<String> ids = new ArrayList<>();
    List<CompletableFuture<?>> sent = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Running guest = stream.start(stream.client(portkey), settings);
      for (int i = 0; i < 1_000; i++) {
        String id = "t" + i % 200 + "-" + round + "-" + i;
        ids.add(id);
        sent.add(stream.send(id));
        if (i % 10 == 0) {
          LockSupport.parkNanos(20_000_000); // 500 a second at most
        }
        if (i == 700) {
          guest.close();
          atGuests += guest.consumer.count(Fate.DELIVERED);
        }
      }
    }
    sent.forEach(CompletableFuture::join);
    stream.awaitDone();

    List<String> stored = portkey.stored();
    System.out.println(ROUNDS
            + " guests, who delivered "
            + atGuests
            + ": "
            + PretendPortkey.duplicates(stored)
            + " duplicates");
    assertThat(stored).containsExactlyInAnyOrderElementsOf(ids);
    portkey
        .byTarget()
        .forEach(
            (target, inOrder) ->
                assertThat(inOrder)
                    .isEqualTo(ids.stream().filter(id -> id.startsWith(target + "-")).toList()));
  }
}
