package io.github.llmfeedback.examples.benchmarks;

import com.langfuse.client.LangfuseClient;
import com.langfuse.client.resources.commons.types.CreateScoreValue;
import com.langfuse.client.resources.score.ScoreClient;
import com.langfuse.client.resources.score.types.CreateScoreRequest;

/** The score call of langfuse-java, as its users have it: with its own default HTTP client. */
final class LangfuseScore implements Workload {
  private final ScoreClient client;
  private final CreateScoreRequest score =
      CreateScoreRequest.builder()
          .name("user-feedback")
          .value(CreateScoreValue.of(1))
          .traceId("trace-1")
          .comment("Spot on")
          .build();

  LangfuseScore(String url, int threads) {
    client =
        LangfuseClient.builder()
            .url(url)
            .credentials("pk-0123456789", "sk-0123456789abcdef")
            .build()
            .score();
  }

  @Override
  public void run() {
    if (client.create(score).getId().isEmpty()) {
      throw new IllegalStateException("the score has no id");
    }
  }
}
