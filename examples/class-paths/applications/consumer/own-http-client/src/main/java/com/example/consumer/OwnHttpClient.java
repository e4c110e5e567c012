package com.example.consumer;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import okhttp3.OkHttpClient;

/** Gives the library the OkHttpClient that the application has anyway. */
public final class OwnHttpClient {
  private OwnHttpClient() {}

  public static void main(String[] args) {
    ClientSettings settings = ClientSettings.builder().httpClient(new OkHttpClient()).build();
    try (FeedbackClient client = PortkeyFeedbackClient.builder("key").settings(settings).build()) {
      System.out.println(System.getProperty("application") + ": " + client.getClass() + ": ok");
    }
  }
}
