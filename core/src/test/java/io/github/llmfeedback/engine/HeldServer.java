package io.github.llmfeedback.engine;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that holds each request until a test chooses the response, and records requests. */
final class HeldServer implements AutoCloseable {
  /** A response. */
  enum Act {
    YES,
    FAILED,
    LOST,
    REFUSED,
    BUSY,
    BUSY_FOR_LONG;

    Reply reply() {
      return switch (this) {
        case YES -> Reply.of(200, "{}");
        case FAILED -> Reply.of(500, "{}");
        case LOST -> Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST);
        case REFUSED -> Reply.of(422, "{}");
        case BUSY -> Reply.of(429, "{}");
        case BUSY_FOR_LONG -> Reply.of(429, "{}").header("Retry-After", "3");
      };
    }

    /** Whether the server may have stored what it responded to like this. */
    boolean takes() {
      return this == YES || this == FAILED || this == LOST;
    }
  }

  private final LoopbackServer server = new LoopbackServer().answerAll(this::answer);
  private final BlockingQueue<Act> acts = new LinkedBlockingQueue<>();
  private final AtomicBoolean willing = new AtomicBoolean();
  private final AtomicInteger held = new AtomicInteger();
  private final Map<String, Integer> taken = new ConcurrentHashMap<>();
  private final Queue<String> agreed = new ConcurrentLinkedQueue<>();

  String url() {
    return server.url();
  }

  /** Responds to the next request, whether it is already held or still to come. */
  void next(Act act) {
    acts.add(act);
  }

  /** Accepts every request that is held or comes from now on. */
  void agreeToAll() {
    willing.set(true);
    acts.add(Act.YES);
  }

  /** Holds every request that comes from now on. */
  void hold() {
    willing.set(false);
    acts.clear();
  }

  int held() {
    return held.get();
  }

  /** How many requests on this target it received, whatever the response, including held ones. */
  int taken(String target) {
    return taken.getOrDefault(target, 0);
  }

  /** Whether it accepted feedback on this target. */
  boolean agreed(String target) {
    return agreed.contains(target);
  }

  private Reply answer(Seen seen) {
    List<String> targets = ToyClient.targets(seen);
    targets.forEach(target -> taken.merge(target, 1, Integer::sum));
    held.incrementAndGet();
    try {
      Act act = acts.take();
      if (willing.get()) {
        acts.add(Act.YES);
      }
      if (act == Act.YES) {
        agreed.addAll(targets);
      } else if (!act.takes()) {
        targets.forEach(target -> taken.merge(target, -1, Integer::sum));
      }
      return act.reply();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Act.LOST.reply();
    } finally {
      held.decrementAndGet();
    }
  }

  @Override
  public void close() {
    agreeToAll();
    server.close();
  }
}
