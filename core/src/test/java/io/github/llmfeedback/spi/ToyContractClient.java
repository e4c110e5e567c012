package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import java.util.concurrent.CompletableFuture;

/** A client that speaks a toy dialect. */
final class ToyContractClient extends HttpFeedbackClient implements SupportsUpdate {
  ToyContractClient(String baseUrl, String apiKey, ClientSettings settings, Dialect<?> dialect) {
    super(
        Connection.to("toy", baseUrl, settings.allowPlainHttp())
            .secretHeader("toy-key", "", "the API key", apiKey),
        settings,
        dialect);
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return replace(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return replaceAsync(receipt, feedback);
  }
}
