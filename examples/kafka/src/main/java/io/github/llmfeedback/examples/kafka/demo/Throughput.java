package io.github.llmfeedback.examples.kafka.demo;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.kafka.ConsumerSettings;
import io.github.llmfeedback.examples.kafka.FeedbackConsumer;
import io.github.llmfeedback.examples.kafka.FeedbackProducer;
import io.github.llmfeedback.examples.kafka.FeedbackTopics;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** How fast one producer and one consumer are, beside {@code submitAll} alone in the same run. */
final class Throughput {
  private static final int COUNT = 50_000;
  private static final int BATCH = 500;

  private Throughput() {}

  static void measure(Broker broker, Sandbox sandbox, PrintStream out) {
    List<Feedback> feedbacks = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      feedbacks.add(
          Feedback.on("answer-" + i % 500).thumbsUp().metadata("id", "click-" + i).build());
    }
    try (FeedbackClient client =
        PortkeyFeedbackClient.builder(sandbox.portkeyKey())
            .baseUrl(sandbox.portkeyBaseUrl())
            .build()) {
      alone(client, feedbacks); // warms up
      double alone = alone(client, feedbacks);
      FeedbackTopics warm = broker.create(FeedbackTopics.named("warm"), 6);
      produced(broker, warm, feedbacks);
      consumed(broker, warm, client);
      FeedbackTopics topics = broker.create(FeedbackTopics.named("measured"), 6);
      double produced = produced(broker, topics, feedbacks);
      double consumed = consumed(broker, topics, client);
      out.println();
      line(out, "produced", produced, "");
      line(out, "submitAll alone", alone, "");
      line(
          out,
          "consumed",
          consumed,
          String.format(Locale.ROOT, "%.2f of submitAll alone", consumed / alone));
    }
  }

  private static void line(PrintStream out, String name, double rate, String remark) {
    String line = String.format(Locale.ROOT, "  %-16s%,8.0f a second  %s", name, rate, remark);
    out.println(line.stripTrailing());
  }

  /** In batches as large as the consumer's. */
  private static double alone(FeedbackClient client, List<Feedback> feedbacks) {
    long start = System.nanoTime();
    for (int i = 0; i < COUNT; i += BATCH) {
      client.submitAll(feedbacks.subList(i, i + BATCH)).forEach(outcome -> outcome.orThrow());
    }
    return rate(start);
  }

  private static double produced(
      Broker broker, FeedbackTopics topics, List<Feedback> feedbacks) {
    try (FeedbackProducer producer = new FeedbackProducer(broker.kafka(), topics)) {
      long start = System.nanoTime();
      List<CompletableFuture<?>> stored = new ArrayList<>();
      feedbacks.forEach(feedback -> stored.add(producer.send(feedback)));
      stored.forEach(CompletableFuture::join);
      return rate(start);
    }
  }

  /** From the first poll to the last commit. */
  private static double consumed(Broker broker, FeedbackTopics topics, FeedbackClient client) {
    String group = topics.feedback();
    ConsumerSettings settings = ConsumerSettings.defaults().maxBatch(BATCH);
    try (FeedbackConsumer consumer =
        new FeedbackConsumer(broker.kafka(), group, topics, client, settings)) {
      long start = System.nanoTime();
      new Thread(consumer, "measured-consumer").start();
      Demo.await(() -> broker.lag(group, topics) == 0);
      return rate(start);
    }
  }

  private static double rate(long start) {
    return COUNT * 1e9 / (System.nanoTime() - start);
  }
}
