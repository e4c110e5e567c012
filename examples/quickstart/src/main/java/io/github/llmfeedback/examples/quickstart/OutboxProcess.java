package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStats;
import io.github.llmfeedback.outbox.jdbc.JdbcOutboxStore;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A backend that keeps its feedback in an outbox: {@code add} takes clicks and goes on until it is
 * killed, {@code deliver} takes none and ends when all are delivered.
 */
final class OutboxProcess {
  static final int CLICKS = 500;

  /** The last line before somebody may kill it. */
  static final String READY = "All of them are stored. Nothing has been delivered yet.";

  private OutboxProcess() {}

  /** The arguments: {@code add} or {@code deliver}, the outbox's file, base URL and key. */
  public static void main(String... args) throws IOException {
    FeedbackClient portkey = PortkeyFeedbackClient.builder(args[3]).baseUrl(args[2]).build();
    try (Outbox outbox =
        Outbox.to(portkey)
            .store(JdbcOutboxStore.sqlite(Path.of(args[1])))
            // Long enough for nothing to be on the wire when this process is killed.
            .backoff(Duration.ofSeconds(20), Duration.ofMinutes(5))
            .open()) {
      if (args[0].equals("add")) {
        add(outbox);
      } else {
        deliver(outbox);
      }
    }
  }

  private static void add(Outbox outbox) throws IOException {
    long began = System.nanoTime();
    for (int i = 0; i < CLICKS; i++) {
      outbox.add(Feedback.on("answer-" + i).thumbsUp().build());
    }
    System.out.println(CLICKS + " clicks added, each stored when add returned, in " + ms(began));
    while (!isBackingOff(outbox)) {
      var unused = outbox.flush(Duration.ofMillis(20)); // waits as long, as nothing can be delivered
    }
    System.out.println(numbers(outbox));
    System.out.println(READY);
    int end = System.in.read(); // until it is killed, or whoever started it has ended
    Runtime.getRuntime().halt(end);
  }

  private static boolean isBackingOff(Outbox outbox) {
    OutboxStats.Lane lane = outbox.stats().lane("portkey");
    return lane.status() == OutboxStats.Status.BACKING_OFF && lane.claimed() == 0;
  }

  private static void deliver(Outbox outbox) {
    long began = System.nanoTime();
    long left = outbox.flush(Duration.ofSeconds(30));
    System.out.println("Delivered in " + ms(began) + ", " + left + " left.");
    System.out.println(numbers(outbox));
  }

  private static String numbers(Outbox outbox) {
    OutboxStats.Lane lane = outbox.stats().lane("portkey");
    return ("%d added: %d delivered, %d rejected, %d superseded, %d dropped, %d parked, %d claimed,"
            + " %d pending")
        .formatted(
            lane.added(),
            lane.delivered(),
            lane.rejected(),
            lane.superseded(),
            lane.dropped(),
            lane.parked(),
            lane.claimed(),
            lane.pending());
  }

  private static String ms(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms";
  }
}
