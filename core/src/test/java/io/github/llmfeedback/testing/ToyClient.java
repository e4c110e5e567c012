package io.github.llmfeedback.testing;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.engine.http.BaseUrl;
import java.util.concurrent.CompletableFuture;

/** A real client of a toy provider, with every extension. */
public final class ToyClient extends HttpFeedbackClient implements SupportsUpdate, SupportsRetract {
  /** The id under which the toy files feedback. */
  public static final TargetKey THING =
      TargetKey.of("toy", "thing")
          .inResponseHeader("X-Thing-Id")
          .chosenInRequestHeader("X-Thing-Id");

  /** A client that keeps what {@code capabilities} say. */
  public ToyClient(String url, Capabilities capabilities, ClientSettings settings) {
    super(
        BaseUrl.endpoint(capabilities.provider(), url, false)
            .secretHeader("X-Key", "", "the key", "s3cret"),
        settings,
        new ToyDialect(capabilities));
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return super.update(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return super.updateAsync(receipt, feedback);
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return super.retract(receipt);
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return super.retractAsync(receipt);
  }
}
