package com.example.consumer;

import com.sun.net.httpserver.HttpServer;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Submits one feedback, from the class path or as a module. */
public final class Consumer {
  private Consumer() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/feedback",
        exchange -> {
          byte[] answer =
              "{\"status\":\"success\",\"feedback_ids\":[\"1\"]}".getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    ClientSettings settings = ClientSettings.builder().totalTimeout(Duration.ofSeconds(30)).build();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try (FeedbackClient client =
        PortkeyFeedbackClient.builder("key").baseUrl(url).settings(settings).build()) {
      Receipt receipt = client.submit(Feedback.on("trace-1").thumbsUp().build());
      if (!receipt.id().orElse("").equals("1")) {
        throw new IllegalStateException(receipt.toString());
      }
      System.out.println(
          System.getProperty("application")
              + ": "
              + FeedbackClient.class.getModule()
              + " on JDK "
              + Runtime.version().feature()
              + ": ok");
    } finally {
      server.stop(0);
    }
  }
}
