package com.example;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Runs an application: its own calls first, then feedback, and a look at the class path. */
public final class Application {
  /** What the application calls beside this library. */
  @FunctionalInterface
  public interface Calls {
    void make(String url) throws Exception;
  }

  private Application() {}

  /** Ends the JVM: with 0 if everything that was sent has arrived, otherwise with 1. */
  public static void run(Calls calls, String... requests) {
    String name = System.getProperty("application");
    try (LocalServer server = new LocalServer()) {
      calls.make(server.url());
      for (String request : requests) {
        server.take(request);
      }
      submitFeedback(server);
      System.out.println(name + ": " + ClassPath.versions() + ": ok");
    } catch (Throwable e) { // a NoClassDefFoundError above all
      System.err.println(name + ": " + ClassPath.found());
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0); // the other SDK's threads may keep the JVM running for a minute
  }

  static void expect(String expected, String actual) {
    if (!actual.equals(expected)) {
      throw new IllegalStateException("not " + expected + " but " + actual);
    }
  }

  private static void submitFeedback(LocalServer server) throws Exception {
    try (FeedbackClient portkey =
            PortkeyFeedbackClient.builder("portkey-key").baseUrl(server.url()).build();
        FeedbackClient helicone =
            HeliconeFeedbackClient.builder("helicone-key").baseUrl(server.url()).build()) {
      Receipt one =
          portkey.submit(Feedback.on("one").thumbsUp().metadata("screen", "checkout").build());
      server.take("POST /v1/feedback", "\"trace_id\":\"one\"", "\"value\":1", "checkout");
      Receipt another =
          portkey
              .submitAsync(Feedback.on("another").thumbsDown().comment("Too long").build())
              .get(30, TimeUnit.SECONDS);
      server.take("POST /v1/feedback", "\"trace_id\":\"another\"", "\"value\":-1", "Too long");
      expect(LocalServer.ID, one.id().orElseThrow());
      expect(LocalServer.ID, another.id().orElseThrow());

      String request = UUID.randomUUID().toString();
      List<Outcome> outcomes = helicone.submitAll(List.of(Feedback.on(request).thumbsUp().build()));
      if (!outcomes.get(0).isAccepted()) {
        throw outcomes.get(0).error().orElseThrow();
      }
      server.take("POST /v1/request/" + request + "/feedback", "\"rating\":true");
    }
  }
}
