package io.github.llmfeedback.engine;

import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** Holds a server's responses back until it is opened. */
public final class HeldReplies implements Function<Seen, Reply> {
  private final CountDownLatch open = new CountDownLatch(1);
  private final Function<Seen, Reply> replies;

  HeldReplies(Function<Seen, Reply> replies) {
    this.replies = replies;
  }

  public static HeldReplies yes() {
    return new HeldReplies(seen -> Reply.of(200, "{}"));
  }

  public void open() {
    open.countDown();
  }

  @Override
  public Reply apply(Seen seen) {
    try {
      open.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return replies.apply(seen);
  }
}
