package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.contract.Seen;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * A provider that fails at random, in each way in which one can, and remembers what it stored. It
 * stores at once when it has read a request, or not at all.
 */
final class FailingServer implements AutoCloseable {
  private static final String YES = "{}";

  private final LoopbackServer server = new LoopbackServer();
  private final Random random;
  private final boolean refuses;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Arrival> arrivals = new ArrayList<>();
  private int failures;

  /**
   * Starts it.
   *
   * @param refuses whether it refuses, whenever it comes, what {@link Key#isRefused} says
   */
  FailingServer(long seed, boolean refuses) {
    this.refuses = refuses;
    random = new Random(seed);
    server.answerAll(this::reply);
  }

  /**
   * A feedback that was stored.
   *
   * @param sender the process that sent it
   * @param at microseconds since 1970
   */
  record Arrival(Key key, String sender, long at) {}

  String url() {
    return server.url();
  }

  private Reply reply(Seen seen) {
    List<Key> keys = seen.texts("COMMENT").stream().map(Key::of).toList();
    lock.lock();
    try {
      var unused = server.takeAll(); // or it remembers every request
      if (random.nextInt(100) == 0) {
        server.enqueue(Reply.fault(Fault.CLOSED_AT_ONCE)); // the next connection, or request
      }
      int[] refused =
          IntStream.range(0, keys.size()).filter(i -> refuses && keys.get(i).isRefused()).toArray();
      int dice = random.nextInt(1000);
      failures += dice < 95 ? 1 : 0;
      if (dice < 20) {
        return Reply.fault(Fault.CLOSED_AFTER_REQUEST);
      } else if (dice < 40) {
        return Reply.of(503, "{}");
      } else if (dice < 43) {
        return Reply.of(429, "{}").header("Retry-After", "1");
      } else if (dice < 50) {
        return Reply.of(500, "{}");
      } else if (refused.length > 0) {
        return Reply.of(422, "{\"objects\":" + Arrays.toString(refused) + "}");
      }
      long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
      keys.forEach(key -> arrivals.add(new Arrival(key, seen.header("X-Key"), now)));
      if (dice < 70) {
        return Reply.fault(Fault.CLOSED_AFTER_REQUEST);
      } else if (dice < 80) {
        return Reply.fault(Fault.CLOSED_IN_ANSWER);
      } else if (dice < 95) {
        return Reply.of(500, "{}");
      } else if (dice < 170) {
        return Reply.of(200, YES).after(Duration.ofMillis(200));
      } else if (dice < 172) {
        return Reply.of(200, YES).after(Mode.LEASE.multipliedBy(3).dividedBy(2));
      }
      return Reply.of(200, YES);
    } finally {
      lock.unlock();
    }
  }

  /** What it stored, in order. */
  List<Arrival> arrivals() {
    lock.lock();
    try {
      return List.copyOf(arrivals);
    } finally {
      lock.unlock();
    }
  }

  /** How many of a process it stored. */
  long count(String process) {
    return arrivals().stream().filter(arrival -> arrival.sender().equals(process)).count();
  }

  /** How many requests failed. */
  int failures() {
    lock.lock();
    try {
      return failures;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
