package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.MemoryOutboxStore;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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
  private final Feedback feedback = Samples.feedback("trace-1");
  private final ReentrantLock lock = new ReentrantLock();
  private ArrayDeque<Object> deque = new ArrayDeque<>();
  private @Nullable Outbox outbox;

  /** Makes both empty. */
  @Setup(Level.Iteration)
  public void open() {
    deque = new ArrayDeque<>();
    OutboxStore store =
        MemoryOutboxStore.builder().maxEntries(Integer.MAX_VALUE).maxBytes(Long.MAX_VALUE).build();
    outbox = OutboxAdd.silent(store);
  }

  /** Lets go of what was added. */
  @TearDown(Level.Iteration)
  public void close() {
    if (outbox != null) {
      outbox.close();
    }
  }

  /** An array under a lock. */
  @Benchmark
  public void deque() {
    add(feedback);
  }

  /** The same, with an id that begins with the time, as one needs to find it again. */
  @Benchmark
  public UUID dequeWithId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    UUID id =
        new UUID(
            System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000),
            random.nextLong() >>> 2 | Long.MIN_VALUE);
    add(new NewEntry(id, feedback));
    return id;
  }

  private void add(Object entry) {
    lock.lock();
    try {
      deque.add(entry);
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
