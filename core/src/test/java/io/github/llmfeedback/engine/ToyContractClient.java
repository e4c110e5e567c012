package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.spi.Dialect;
import java.util.concurrent.CompletableFuture;

/** A client with a toy dialect. */
public final class ToyContractClient extends HttpFeedbackClient implements SupportsUpdate {
  public ToyContractClient(
      String baseUrl, String apiKey, ClientSettings settings, Dialect<?> dialect) {
    super(
        BaseUrl.endpoint("toy", baseUrl, settings.allowPlainHttp())
            .secretHeader("toy-key", "", "the API key", apiKey),
        settings,
        dialect);
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return super.update(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return super.updateAsync(receipt, feedback);
  }
}
