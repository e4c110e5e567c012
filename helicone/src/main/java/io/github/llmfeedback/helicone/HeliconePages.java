package io.github.llmfeedback.helicone;

import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The requests of a reading; each page is asked for when they get to it. Used by one thread. */
final class HeliconePages implements Iterator<HeliconeRatedRequest> {
  private final HeliconeReading reading;
  private final Function<WireRequest, ProviderResponse> asker;
  private final LongSupplier nanoTime;
  private final Queue<HeliconeRatedRequest> read = new ArrayDeque<>();

  HeliconePages(
      HeliconeReading reading,
      Function<WireRequest, ProviderResponse> asker,
      LongSupplier nanoTime) {
    this.reading = reading;
    this.asker = asker;
    this.nanoTime = nanoTime;
  }

  @Override
  public boolean hasNext() {
    while (read.isEmpty() && !reading.hasEnded()) {
      long before = nanoTime.getAsLong();
      ProviderResponse page = asker.apply(reading.next());
      read.addAll(reading.read(page, Duration.ofNanos(nanoTime.getAsLong() - before)));
    }
    return !read.isEmpty();
  }

  @Override
  public HeliconeRatedRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return read.remove();
  }
}
