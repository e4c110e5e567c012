package io.github.llmfeedback.helicone;

import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes the requests of a reading on as pages arrive, and holds no thread meanwhile. A page is
 * asked for when all of the one before was passed on.
 */
final class HeliconeAsyncReading {
  private final HeliconeReading reading;
  private final Function<WireRequest, CompletableFuture<ProviderResponse>> asker;
  private final Consumer<? super HeliconeRatedRequest> each;
  private final LongSupplier nanoTime;
  private final CompletableFuture<Long> end = new CompletableFuture<>();
  private volatile @Nullable CompletableFuture<ProviderResponse> page;
  private long askedAt;
  private long count;

  HeliconeAsyncReading(
      HeliconeReading reading,
      Function<WireRequest, CompletableFuture<ProviderResponse>> asker,
      Consumer<? super HeliconeRatedRequest> each,
      LongSupplier nanoTime) {
    this.reading = reading;
    this.asker = asker;
    this.each = each;
    this.nanoTime = nanoTime;
  }

  /**
   * Begins.
   *
   * @return completes with the number of requests; cancelling it ends the reading
   */
  CompletableFuture<Long> begin() {
    var unused = end.whenComplete((number, error) -> cancelPage());
    readOn();
    return end;
  }

  private void readOn() {
    try {
      if (reading.hasEnded()) {
        end.complete(count);
        return;
      }
      askedAt = nanoTime.getAsLong();
      CompletableFuture<ProviderResponse> asked = asker.apply(reading.next());
      page = asked;
      if (end.isDone()) { // cancelled before it could see this page
        cancelPage();
      }
      var unused = asked.whenComplete(this::arrived);
    } catch (RuntimeException | Error e) { // or the future would never complete
      end.completeExceptionally(e);
    }
  }

  private void arrived(@Nullable ProviderResponse response, @Nullable Throwable error) {
    if (response == null) {
      end.completeExceptionally(error == null ? new IllegalStateException("no response") : error);
      return;
    }
    try {
      Duration took = Duration.ofNanos(nanoTime.getAsLong() - askedAt);
      for (HeliconeRatedRequest request : reading.read(response, took)) {
        if (end.isDone()) {
          return;
        }
        each.accept(request);
        count++;
      }
    } catch (Throwable e) { // Kotlin, for example, may throw checked exceptions anywhere
      end.completeExceptionally(e);
      return;
    }
    readOn();
  }

  private void cancelPage() {
    CompletableFuture<ProviderResponse> current = page;
    if (current != null) {
      current.cancel(false);
    }
  }
}
