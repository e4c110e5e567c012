package io.github.llmfeedback.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.examples.kafka.demo.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member in a JVM of its own, over a network that loses some, is killed with SIGKILL. */
@Timeout(1_200)
@Tag("crash")
class CrashTest {
  private static final String VICTIM = "pk-of-the-victim";

  private final PretendPortkey portkey = new PretendPortkey();
  private final Stream stream = new Stream(6);
  private final Random random = new Random();

  @AfterEach
  void stop() {
    stream.close();
    portkey.close();
  }

  /**
   * It is killed when the provider has stored some of its batch, and has not told it: all that of
   * this batch must be read again by another member, and counts twice.
   */
  @Test
  void whenAMemberIsKilledInTheMiddleOfABatchNothingIsLostAndWhatCountsTwiceIsWhatItHadSubmitted()
      throws Exception {
    AtomicReference<@Nullable Process> victim = new AtomicReference<>();
    AtomicInteger left = new AtomicInteger();
    Set<String> submitted = ConcurrentHashMap.newKeySet(); // by victims, in the batches that they died in
    portkey.refuse(
        seen -> {
          Process process = victim.get();
          if (process == null || !seen.header("x-portkey-api-key").equals(VICTIM)) {
            return null;
          }
          submitted.addAll(seen.texts("id"));
          Reply stored = portkey.store(seen);
          if (left.decrementAndGet() == 0) {
            process.destroyForcibly();
          }
          return stored.after(Duration.ofMillis(5));
        });
    FeedbackClient client = Member.client(portkey.url(), PretendPortkey.KEY);
    stream.start(stream.closing(client), Stream.SETTINGS);
    Set<String> ids = new HashSet<>();
    int kills = RebalanceTest.ROUNDS;

    for (int round = 0; round < kills; round++) {
      long before = PretendPortkey.duplicates(portkey.stored());
      Process process =
          Member.start(Stream.kafka(), stream.group(), stream.topics, portkey.url(), VICTIM);
      try {
        stream.awaitMembers(2);
        left.set(1 + random.nextInt(8));
        victim.set(process);
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < 1_000 || process.isAlive(); i++) {
          String id = "t" + i % 50 + "-" + round + "-" + i;
          ids.add(id);
          sent.add(stream.send(id));
          if (i % 10 == 0) {
            LockSupport.parkNanos(4_000_000); // 2,500 a second at most
          }
        }
        sent.forEach(CompletableFuture::join);
      } finally {
        process.destroyForcibly().waitFor();
        victim.set(null);
      }
      stream.awaitDone();
      assertThat(PretendPortkey.duplicates(portkey.stored()))
          .as("after the kill in round " + round)
          .isGreaterThan(before);
    }

    List<String> stored = portkey.stored();
    Set<String> delivered = new HashSet<>(stored);
    Set<String> accountedFor = new HashSet<>(delivered);
    accountedFor.addAll(Stream.ids(stream.topics.parked()));
    assertThat(accountedFor).isEqualTo(ids);
    assertThat(Stream.records(stream.topics.deadLetter())).isEmpty();
    Set<String> once = new HashSet<>();
    List<String> twice = stored.stream().filter(id -> !once.add(id)).toList();
    assertThat(submitted).containsAll(twice);
    System.out.printf(
        "%d kills: %,d sent, %,d at the provider, %,d parked, %,d duplicates, 0 lost%n",
        kills,
        ids.size(),
        delivered.size(),
        Stream.ids(stream.topics.parked()).size(),
        PretendPortkey.duplicates(stored));
  }
}
