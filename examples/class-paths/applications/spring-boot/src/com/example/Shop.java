package com.example;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** A web application whose controller submits what somebody clicked. */
@SpringBootApplication
public class Shop {
  static final String REQUEST = "POST /v1/feedback";

  public static void main(String[] args) {
    Application.run(Shop::click, REQUEST);
  }

  static void click(String url) throws Exception {
    SpringApplication application = new SpringApplication(Shop.class);
    application.setBannerMode(Banner.Mode.OFF);
    String[] settings = {"--server.port=0", "--logging.level.root=error", "--portkey.url=" + url};
    try (ConfigurableApplicationContext shop = application.run(settings)) {
      String port = shop.getEnvironment().getRequiredProperty("local.server.port");
      HttpRequest click =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/click"))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"answer\":\"trace-1\"}"))
              .build();
      String body = HttpClient.newHttpClient().send(click, BodyHandlers.ofString()).body();
      Application.expect("{\"kept\":\"" + LocalServer.ID + "\"}", body);
    }
  }

  @Bean
  FeedbackClient feedbackClient(@Value("${portkey.url}") String url) {
    return PortkeyFeedbackClient.builder("portkey-key").baseUrl(url).build();
  }

  @RestController
  record Clicks(FeedbackClient client) {
    @PostMapping("/click")
    Map<String, String> click(@RequestBody Map<String, String> form) {
      Feedback feedback = Feedback.on(form.get("answer")).thumbsUp().build();
      return Map.of("kept", client.submit(feedback).id().orElseThrow());
    }
  }
}
