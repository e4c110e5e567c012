package io.github.llmfeedback.examples.kafka.demo;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.kafka.ConsumerSettings;
import io.github.llmfeedback.examples.kafka.FeedbackConsumer;
import io.github.llmfeedback.examples.kafka.FeedbackTopics;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;

/** A member of the consumer group that is a process of its own, and so can be killed. */
public final class Member {
  private Member() {}

  /** Runs until it is killed: the brokers, the group, the topics' name, the provider's URL. */
  public static void main(String... args) {
    try (FeedbackClient client = client(args[3], args[4]);
        FeedbackConsumer consumer =
            consumer(Broker.kafka(args[0]), args[1], FeedbackTopics.named(args[2]), client)) {
      consumer.run();
    }
  }

  /** Starts one in a JVM of its own. */
  public static Process start(
      Map<String, Object> kafka, String group, FeedbackTopics topics, String url, String key)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Member.class.getName()));
    command.add(String.valueOf(kafka.get("bootstrap.servers")));
    command.addAll(List.of(group, topics.feedback(), url, key));
    return new ProcessBuilder(command).inheritIO().start();
  }

  static FeedbackConsumer consumer(
      Map<String, Object> kafka, String group, FeedbackTopics topics, FeedbackClient client) {
    return new FeedbackConsumer(kafka, group, topics, client, settings());
  }

  /** Impatient, for a demo. */
  private static ConsumerSettings settings() {
    return ConsumerSettings.defaults()
        .retryDelay(Duration.ofSeconds(1))
        .rest(Duration.ofMillis(200), Duration.ofSeconds(2))
        .member(Broker.member());
  }

  /** A client whose network loses some. */
  public static FeedbackClient client(String url, String key) {
    return PortkeyFeedbackClient.builder(key)
        .baseUrl(url)
        .settings(
            ClientSettings.builder()
                .maxRetries(0) // so that each fault is seen
                .httpClient(
                    new OkHttpClient.Builder().addInterceptor(new UnreliableNetwork()).build())
                .build())
        .build();
  }
}
