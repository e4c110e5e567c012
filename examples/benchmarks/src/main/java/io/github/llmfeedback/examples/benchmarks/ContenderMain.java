package io.github.llmfeedback.examples.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The JVM of one contender. It reads {@code threads millis} from its standard input, runs its
 * workload on so many threads for so long, at least once on each, and writes a {@link Round}; again
 * and again, until its input ends.
 */
final class ContenderMain {
  private final Constructor<?> workload;
  private final String url;
  private final Meter meter = new Meter();
  private final Map<Integer, Workload> bySize = new TreeMap<>();

  private ContenderMain(String name, String url) throws ReflectiveOperationException {
    // By name: none of the other contenders' libraries is on this class path.
    this.workload = Class.forName(name).getDeclaredConstructor(String.class, int.class);
    this.url = url;
  }

  /**
   * Runs until the input ends.
   *
   * @param args the workload's class, and the server's URL
   */
  public static void main(String[] args) throws Exception {
    ContenderMain contender = new ContenderMain(args[0], args[1]);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] command = line.split(" ", 3);
      int size = Integer.parseInt(command[0]);
      int threads = Integer.parseInt(command[1]);
      System.out.println(contender.round(size, threads, Long.parseLong(command[2])).line());
    }
    System.exit(0); // whatever threads the contender keeps
  }

  private Round round(int size, int threads, long millis) throws Exception {
    Workload work = bySize.get(size);
    if (work == null) {
      work = (Workload) workload.newInstance(url, size);
      bySize.put(size, work);
    }
    return new Race(work, threads, millis * 1_000_000).measure(meter);
  }

  /** One round: its threads begin together and stay alive until all is measured. */
  private static final class Race {
    private final Workload work;
    private final long length;
    private final List<Latencies> latencies = new ArrayList<>();
    private final CountDownLatch ready;
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch done;
    private final CountDownLatch measured = new CountDownLatch(1);
    private final long[] runs;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Race(Workload work, int threads, long length) {
      this.work = work;
      this.length = length;
      this.ready = new CountDownLatch(threads);
      this.done = new CountDownLatch(threads);
      this.runs = new long[threads];
    }

    Round measure(Meter meter) throws Exception {
      for (int i = 0; i < runs.length; i++) {
        int index = i;
        latencies.add(new Latencies());
        new Thread(() -> thread(index), "load-" + i).start();
      }
      ready.await();
      long bytes = meter.bytes();
      long cpu = Meter.cpu();
      long compiling = Meter.compilingMillis();
      long begin = System.nanoTime();
      go.countDown();
      done.await();
      long nanos = System.nanoTime() - begin;
      cpu = Meter.cpu() - cpu;
      bytes = meter.bytes() - bytes;
      compiling = Meter.compilingMillis() - compiling;
      measured.countDown();
      Latencies all = new Latencies();
      latencies.forEach(all::addAll);
      long calls = work.callsPerRun() * Arrays.stream(runs).sum();
      if (calls == 0) {
        throw new IOException("all calls failed", failure.get());
      }
      boolean isCall = work.callsPerRun() == 1;
      long p50 = isCall ? all.quantile(0.5) : 0;
      long p99 = isCall ? all.quantile(0.99) : 0;
      return new Round(calls, failures.get(), nanos, cpu, bytes, p50, p99, compiling);
    }

    private void thread(int index) {
      try {
        ready.countDown();
        go.await();
        run(index);
        done.countDown();
        measured.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void run(int index) {
      Latencies mine = latencies.get(index);
      long begin = System.nanoTime();
      long now = begin;
      do {
        boolean isDone = tryOnce();
        long end = System.nanoTime();
        if (isDone) {
          mine.add(end - now);
          runs[index]++;
        }
        now = end;
      } while (now - begin < length);
    }

    /** The JDK's client loses a call now and then; a failure is counted and not the end. */
    private boolean tryOnce() {
      try {
        work.run();
        return true;
      } catch (Exception e) {
        failures.incrementAndGet();
        failure.set(e);
        return false;
      }
    }
  }
}
