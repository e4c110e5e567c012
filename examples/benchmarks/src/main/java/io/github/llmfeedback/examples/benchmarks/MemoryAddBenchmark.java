package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.outbox.MemoryOutboxStore;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Adding a feedback to the memory of a process, from several threads. Each iteration begins empty,
 * and the provider gives no answer meanwhile.
 *
 * <p>JMH makes a subclass and reads the methods' names, so all is public.
 */
@State(Scope.Benchmark)
public class MemoryAddBenchmark {
  /** How often one iteration adds. */
  static final int ADDS = 100_000;

  private final Feedback feedback = Samples.feedback("trace-1");
  private final ReentrantLock lock = new ReentrantLock();
  private ArrayDeque<Feedback> deque = new ArrayDeque<>();
  private @Nullable RecordingFeedbackClient client;
  private @Nullable Outbox outbox;

  /** Makes both empty. */
  @Setup(Level.Iteration)
  public void open() {
    deque = new ArrayDeque<>();
    client = RecordingFeedbackClient.create(TargetKey.of("toy", "id")).hold();
    outbox =
        Outbox.to(client)
            .store(MemoryOutboxStore.builder().maxEntries(1_000_000).maxBytes(1L << 30).build())
            .open();
  }

  /** Lets go of what was added. */
  @TearDown(Level.Iteration)
  public void close() {
    if (client != null && outbox != null) {
      client.release();
      var unused = outbox.close(Duration.ZERO);
    }
  }

  /** An array under a lock. */
  @Benchmark
  public void deque() {
    lock.lock();
    try {
      deque.add(feedback);
    } finally {
      lock.unlock();
    }
  }

  /** The outbox. */
  @Benchmark
  public @Nullable Object outbox() {
    return outbox == null ? null : outbox.add(feedback);
  }
}
