package io.github.llmfeedback.examples.kafka.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.kafka.Fate;
import io.github.llmfeedback.examples.kafka.FeedbackConsumer;
import io.github.llmfeedback.examples.kafka.FeedbackProducer;
import io.github.llmfeedback.examples.kafka.FeedbackTopics;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.json.FeedbackJson;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Sends feedback through Kafka to a provider, over a network that loses some, and kills one of two
 * consumers in the middle. At the end every feedback is accounted for.
 */
public final class Demo {
  private static final String GROUP = "feedback-to-portkey";
  private static final int PARTITIONS = 6;
  private static final int A_SECOND = 2_000;

  private final Broker broker;
  private final Sandbox sandbox;
  private final FeedbackTopics topics;
  private final PrintStream out;
  private final Set<String> sent = new HashSet<>();

  private Demo(Broker broker, Sandbox sandbox, PrintStream out) {
    this.broker = broker;
    this.sandbox = sandbox;
    this.out = out;
    topics = broker.create(FeedbackTopics.named("feedback"), PARTITIONS);
  }

  /** Runs it, with this many feedbacks. */
  public static void main(String... args) throws IOException {
    run(Integer.parseInt(args[0]), System.out);
  }

  static void run(int feedbacks, PrintStream out) throws IOException {
    out.println("Starting a Kafka broker and a sandbox of Portkey ...");
    try (Broker broker = new Broker();
        Sandbox sandbox = Sandbox.start()) {
      new Demo(broker, sandbox, out).run(feedbacks);
      Throughput.measure(broker, sandbox, out);
    }
  }

  private void run(int feedbacks) throws IOException {
    String url = sandbox.portkeyBaseUrl();
    Process victim =
        Member.start(broker.kafka(), GROUP, topics, url, sandbox.portkeyKey());
    try (FeedbackClient client = Member.client(url, sandbox.portkeyKey());
        FeedbackConsumer survivor = Member.consumer(broker.kafka(), GROUP, topics, client)) {
      new Thread(survivor, "feedback-consumer").start();
      await(() -> broker.members(GROUP) == 2);
      out.println("Two consumers are running; one will be killed while it submits.");
      send(feedbacks, victim);
      await(() -> broker.lag(GROUP, topics) == 0);
      report(survivor);
    } finally {
      victim.destroyForcibly();
    }
  }

  /** A steady stream; in the middle of it, a consumer is killed. */
  private void send(int feedbacks, Process victim) {
    List<CompletableFuture<?>> stored = new ArrayList<>();
    try (FeedbackProducer producer = new FeedbackProducer(broker.kafka(), topics)) {
      for (int i = 0; i < feedbacks; i++) {
        String id = "click-" + i;
        Feedback.Builder click = Feedback.on("answer-" + i % 500).metadata("id", id);
        // Portkey keeps no names for ratings: one in a hundred is refused.
        stored.add(
            producer.send((i % 100 == 99 ? click.label("helpful") : click.thumbsUp()).build()));
        sent.add(id);
        if (i % (A_SECOND / 100) == 0) {
          LockSupport.parkNanos(10_000_000);
        }
        if (i == feedbacks / 2) {
          victim.destroyForcibly(); // SIGKILL
          out.println("Killed one consumer after " + i + " feedbacks were sent.");
        }
      }
    }
    stored.forEach(CompletableFuture::join); // a dropped future is a feedback lost in silence
  }

  private void report(FeedbackConsumer survivor) {
    List<String> kept =
        sandbox.portkey().records().stream().map(entry -> id(entry.metadata())).toList();
    Set<String> delivered = new HashSet<>(kept);
    Set<String> deadLettered = ids(topics.deadLetter());
    Set<String> parked = ids(topics.parked());
    Set<String> lost = new HashSet<>(sent);
    lost.removeAll(delivered);
    lost.removeAll(deadLettered);
    lost.removeAll(parked);
    Set<String> parkedAndKept = new HashSet<>(parked);
    parkedAndKept.retainAll(delivered);

    out.println();
    line("sent", sent.size(), "");
    line("at the provider", delivered.size(), "");
    line("dead-lettered", deadLettered.size(), "a rating that this provider does not keep");
    line(
        "parked",
        parked.size(),
        "the response was lost; the provider has " + parkedAndKept.size() + " of them");
    line("retried", broker.records(topics.retry()).size(), "times through the retry topic");
    line("duplicates", kept.size() - delivered.size(), "read again after the kill");
    line("lost", lost.size(), "");
    line("delivered here", survivor.count(Fate.DELIVERED), "by the consumer that survived");
  }

  private void line(String name, long number, String remark) {
    out.println(String.format(Locale.ROOT, "  %-16s%,8d  %s", name, number, remark).stripTrailing());
  }

  private Set<String> ids(String topic) {
    Set<String> ids = new HashSet<>();
    broker.records(topic).forEach(
            record ->
                ids.add(
                    String.valueOf(
                        FeedbackJson.strict().feedback(record.value()).metadata().get("id"))));
    return ids;
  }

  private static String id(JsonNode metadata) {
    return metadata.path("id").asText();
  }

  static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(50_000_000);
    }
  }
}
