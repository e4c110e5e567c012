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

/** A server that holds each request until it is told what to answer, and knows what it took. */
final class HeldServer implements AutoCloseable {
  /** An answer. */
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

    /** Whether the server may keep what it answered so. */
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

  /** What the next request, held already or still to come, is answered with. */
  void next(Act act) {
    acts.add(act);
  }

  /** From now on whatever is held or comes is answered with yes. */
  void agreeToAll() {
    willing.set(true);
    acts.add(Act.YES);
  }

  /** From now on whatever comes is held again. */
  void hold() {
    willing.set(false);
    acts.clear();
  }

  int held() {
    return held.get();
  }

  /** How often it took what is about this target, whatever it said then; what it holds is taken. */
  int taken(String target) {
    return taken.getOrDefault(target, 0);
  }

  /** Whether it said yes to what is about this target. */
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
