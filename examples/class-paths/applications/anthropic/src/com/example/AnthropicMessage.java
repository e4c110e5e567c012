package com.example;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;

/** Asks an LLM with anthropic-java. */
public final class AnthropicMessage {
  private AnthropicMessage() {}

  public static void main(String[] args) {
    Application.run(AnthropicMessage::ask, "POST /v1/messages");
  }

  private static void ask(String url) {
    AnthropicClient client =
        AnthropicOkHttpClient.builder().baseUrl(url).apiKey("anthropic-key").build();
    MessageCreateParams question =
        MessageCreateParams.builder()
            .model("claude")
            .maxTokens(16)
            .addUserMessage("What is the capital of France?")
            .build();
    String answer = client.messages().create(question).content().get(0).asText().text();
    Application.expect("Paris.", answer);
  }
}
