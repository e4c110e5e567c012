package com.example;

import com.langfuse.client.LangfuseClient;
import com.langfuse.client.resources.commons.types.CreateScoreValue;
import com.langfuse.client.resources.score.types.CreateScoreRequest;

/** Sends a score with langfuse-java. */
public final class LangfuseScore {
  static final String REQUEST = "POST /api/public/scores";

  private LangfuseScore() {}

  public static void main(String[] args) {
    Application.run(LangfuseScore::create, REQUEST);
  }

  static void create(String url) {
    CreateScoreRequest score =
        CreateScoreRequest.builder()
            .name("user-feedback")
            .value(CreateScoreValue.of(1))
            .traceId("trace-1")
            .build();
    String id =
        LangfuseClient.builder()
            .url(url)
            .credentials("pk-key", "sk-key")
            .build()
            .score()
            .create(score)
            .getId();
    Application.expect("score-1", id);
  }
}
