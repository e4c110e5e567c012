package com.example;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** Asks an LLM with openai-java. */
public final class OpenAiChat {
  static final String REQUEST = "POST /v1/chat/completions";

  private OpenAiChat() {}

  public static void main(String[] args) {
    Application.run(OpenAiChat::ask, REQUEST);
  }

  static void ask(String url) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("openai-key").build();
    ChatCompletionCreateParams question =
        ChatCompletionCreateParams.builder()
            .model("gpt-5")
            .addUserMessage("What is the capital of France?")
            .build();
    String answer =
        client.chat().completions().create(question).choices().get(0).message().content().get();
    Application.expect("Paris.", answer);
  }
}
