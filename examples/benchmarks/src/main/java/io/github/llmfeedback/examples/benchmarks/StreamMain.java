package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The JVM that streams very many feedbacks with {@code submitEach}, while the live heap is looked
 * at. It prints calls per second, and then the live heap in bytes after one full collection after
 * the other.
 */
final class StreamMain {
  private StreamMain() {}

  /**
   * Streams once.
   *
   * @param args the server's URL, and the number of feedbacks
   */
  public static void main(String[] args) throws InterruptedException {
    int feedbacks = Integer.parseInt(args[1]);
    List<Long> live = Collections.synchronizedList(new ArrayList<>());
    Thread looking = new Thread(() -> look(live), "heap");
    BatchSummary summary;
    try (FeedbackClient client = Samples.portkey(args[0], ClientSettings.defaults())) {
      looking.start();
      summary =
          client.submitEach(
              IntStream.range(0, feedbacks)
                  .mapToObj(i -> Samples.feedback(ReadyMade.target(i)))
                  .iterator(),
              Outcome::orThrow);
      looking.interrupt();
      looking.join();
    }
    System.out.println(summary.submitted() * 1e9 / summary.elapsed().toNanos());
    System.out.println(live.stream().map(String::valueOf).collect(Collectors.joining(" ")));
  }

  private static void look(List<Long> live) {
    try {
      while (true) {
        Thread.sleep(300);
        System.gc();
        live.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
