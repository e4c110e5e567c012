package io.github.llmfeedback.client;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.Engine;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

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

  public <T> CompletableFuture<T> askedAsync(
      WireRequest request, Function<ProviderResponse, T> read) {
    return askAsync(request, read);
  }

  public <T> CompletableFuture<T> polledAsync(Polling<T> polling) {
    return pollAsync(polling);
  }

  public Receipt polled(Operation operation, Supplier<Polling<Receipt>> polling) {
    return poll(operation, polling);
  }

  public CompletableFuture<Receipt> polledAsync(
      Operation operation, Supplier<Polling<Receipt>> polling) {
    return pollAsync(operation, polling);
  }

  public List<Outcome> polledAll(
      Collection<? extends Feedback> feedbacks,
      Duration timeout,
      BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
    return pollAll(feedbacks, timeout, polling);
  }

  public CompletableFuture<List<Outcome>> polledAllAsync(
      Collection<? extends Feedback> feedbacks,
      Duration timeout,
      BiFunction<Receipt, Duration, Polling<Receipt>> polling) {
    return pollAllAsync(feedbacks, timeout, polling);
  }
}
