package io.github.llmfeedback.client;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.Engine;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.util.function.Function;

/** A client whose time a test controls, and whose engine it can inspect. */
public abstract class TimedClient extends HttpFeedbackClient {
  protected TimedClient(ApiEndpoint endpoint, ClientSettings settings, Dialect<?> dialect) {
    super(endpoint, settings, dialect);
  }

  protected TimedClient(
      Time time, ApiEndpoint endpoint, ClientSettings settings, Dialect<?> dialect) {
    super(time, endpoint, settings, dialect);
  }

  public Engine<?> engine() {
    return engine;
  }

  public <T> T asked(WireRequest request, Function<ProviderResponse, T> read) {
    return ask(request, read);
  }
}
