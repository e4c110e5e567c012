package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream of any length needs no more memory than what is in flight. */
@Tag("slow")
@Timeout(180)
class StreamMemoryTest {
  private static final List<String> SMALL =
      List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable");

  /** A program that streams feedback: to where, how many, how many to a list, of how many words. */
  static final class Stream {
    private Stream() {}

    public static void main(String[] args) {
      int perList = Integer.parseInt(args[2]);
      String words = "w".repeat(Integer.parseInt(args[3]));
      Iterator<Feedback> source =
          IntStream.range(0, Integer.parseInt(args[1]))
              .mapToObj(i -> Feedback.on("t" + i).comment(words + i).build())
              .iterator();
      AtomicLong inOrder = new AtomicLong();
      ToyDialect toy = perList == 1 ? ToyDialect.plain() : ToyDialect.lists(perList);
      try (ToyClient client = new ToyClient(args[0], toy, ToyClient.settings().build())) {
        BatchSummary summary =
            client.submitEach(
                source,
                outcome -> {
                  if (outcome.isAccepted() && outcome.index() == inOrder.get()) {
                    inOrder.incrementAndGet();
                  }
                });
        System.out.print(summary.accepted() + " accepted, " + inOrder + " in order");
      }
    }
  }

  private static String stream(RawServer server, String... what) throws InterruptedException {
    try (Program program =
        new Program(SMALL, Stream.class, server.url(), what[0], what[1], what[2])) {
      return program.output(Duration.ofMinutes(2));
    }
  }

  @Test
  void aMillionFeedbacksInListsGoThrough64MegabytesOfHeap() throws InterruptedException {
    CountingResponder tally = new CountingResponder();
    try (RawServer server = new RawServer(tally)) {
      assertThat(stream(server, "1000000", "500", "1"))
          .isEqualTo("1000000 accepted, 1000000 in order");
    }
    assertThat(tally).hasToString("2000 requests, 1000000 objects, 1000000 targets");
  }

  /** What is said in them is 160 MB. */
  @Test
  void twentyThousandLongFeedbacksOneByOneGoThrough64MegabytesOfHeap() throws InterruptedException {
    CountingResponder tally = new CountingResponder();
    try (RawServer server = new RawServer(tally)) {
      assertThat(stream(server, "20000", "1", "8000")).isEqualTo("20000 accepted, 20000 in order");
    }
    assertThat(tally).hasToString("20000 requests, 20000 objects, 20000 targets");
  }
}
