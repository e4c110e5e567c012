package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The program that is killed: adds feedback for as long as its input is open, and delivers it. It
 * prints what it is about to add, and each id after {@code add} returned; see {@link Said}.
 */
final class Adder {
  private static final int THREADS = 2;
  private static final int TARGETS = 4;

  /** With so many to be delivered it adds no more for a while: the provider is slow. */
  private static final int MAX_OPEN = 1_000;

  private final Outbox outbox;
  private final ReentrantLock lock = new ReentrantLock();
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private volatile boolean isStopped;

  private Adder(Outbox outbox) {
    this.outbox = outbox;
  }

  public static void main(String[] args) throws Exception {
    Place place = new Place(args[0]);
    String url = args[1];
    Mode mode = Mode.valueOf(args[2]);
    String process = args[3];
    String targets = args[4];
    int first = Integer.parseInt(args[5]);
    Random random = new Random(Long.parseLong(args[6]));
    int list = random.nextBoolean() ? 1 : 8;
    Adder adder = new Adder(open(() -> mode.open(place.store(process), url, process, list)));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random own = new Random(random.nextLong());
      String prefix = targets + "-" + i;
      threads.add(new Thread(() -> adder.adds(prefix, first, own)));
    }
    threads.forEach(Thread::start);
    while (System.in.read() >= 0) {
      // until the test closes it
    }
    adder.isStopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    var unused = adder.outbox.close(Duration.ofSeconds(20));
  }

  /** As the platform would start it again while the database is being restarted. */
  private static Outbox open(Supplier<Outbox> opening) {
    for (int tries = 1; ; tries++) {
      try {
        return opening.get();
      } catch (OutboxException e) {
        if (tries == 100) {
          throw e;
        }
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  private void adds(String prefix, int first, Random random) {
    int number = first;
    for (int adds = 1; !isStopped; adds++) {
      while (adds % 50 == 0 && !isStopped && isFull()) {
        LockSupport.parkNanos(50_000_000);
      }
      String target = prefix + "-" + random.nextInt(TARGETS);
      int from = number;
      number += random.nextInt(5) == 0 ? 4 : 1;
      add(IntStream.range(from, number).mapToObj(n -> new Key(target, n)).toList());
      LockSupport.parkNanos(1_000_000L * (1 + random.nextInt(6)));
    }
  }

  private boolean isFull() {
    try {
      return outbox.flush(Duration.ZERO) > MAX_OPEN;
    } catch (OutboxException e) {
      return false; // the database is being restarted
    }
  }

  private void add(List<Key> keys) {
    keys.forEach(key -> print("? " + key));
    try {
      List<UUID> ids =
          keys.size() == 1
              ? List.of(outbox.add(keys.get(0).feedback()))
              : outbox.addAll(keys.stream().map(Key::feedback).toList());
      print(
          IntStream.range(0, keys.size())
              .mapToObj(i -> "= " + ids.get(i) + " " + keys.get(i))
              .collect(Collectors.joining("\n")));
    } catch (OutboxException e) {
      keys.forEach(key -> print((e.mayBeStored() ? "~ " : "! ") + key));
    }
  }

  /** By one system call, so that it is whole or not there at all, even if the process is killed. */
  private void print(String text) {
    lock.lock();
    try {
      out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
