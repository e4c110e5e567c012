package io.github.llmfeedback;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries the same feedback to several clients in parallel; one provider's failure never touches
 * another's. Thread-safe. Each client keeps its own {@link LossPolicy}.
 *
 * <p>It is no {@link FeedbackClient}: its answer is one {@link Outcome} for each client.
 */
public final class FanOut {
  private final Map<String, FeedbackClient> clients;
  private final Duration deadline;

  private FanOut(Builder builder) {
    clients = new LinkedHashMap<>(builder.clients);
    deadline = builder.deadline;
  }

  /** Begins a fan-out to no client yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Submits to all clients and waits, at most the deadline.
   *
   * @return one outcome for each client, by its name, in the order in which they were added
   * @throws UnrepresentableFeedbackException if the feedback's target is a bare id, which cannot be
   *     every provider's
   */
  public Map<String, Outcome> submit(Feedback feedback) {
    refuseBare(feedback);
    long begun = System.nanoTime();
    Map<String, CompletableFuture<Receipt>> calls = new LinkedHashMap<>();
    clients.forEach((name, client) -> calls.put(name, begin(client, feedback)));
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    calls.forEach((name, call) -> outcomes.put(name, await(name, call, feedback, begun)));
    return outcomes;
  }

  private static CompletableFuture<Receipt> begin(FeedbackClient client, Feedback feedback) {
    try {
      return client.submitAsync(feedback);
    } catch (RuntimeException bug) { // a client of the application's own may throw, and must not
      return CompletableFuture.failedFuture(bug);
    }
  }

  private static void refuseBare(Feedback feedback) {
    if (feedback.target().isBare()) {
      throw new UnrepresentableFeedbackException(
          "fan-out",
          "a bare target id cannot be every provider's; name one for each provider with"
              + " Target.of(key, id).and(key, id), or choose one for all with Target.shared(id)",
          List.of());
    }
  }

  private Outcome await(
      String name, CompletableFuture<Receipt> call, Feedback feedback, long begun) {
    try {
      long left = deadline.toNanos() - (System.nanoTime() - begun);
      return Outcome.accepted(0, feedback, call.get(Math.max(0, left), TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      return Outcome.failed(
          0,
          feedback,
          e.getCause() instanceof FeedbackException error
              ? error
              : broken(name, Reason.CONNECTION_LOST, "failed with an error of its own", e));
    } catch (TimeoutException e) {
      call.cancel(true);
      return Outcome.failed(
          0, feedback, broken(name, Reason.TIMEOUT, "had not ended when the fan-out did", e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.cancel(true);
      return Outcome.failed(0, feedback, broken(name, Reason.INTERRUPTED, "was interrupted", e));
    }
  }

  private FeedbackException broken(String name, Reason reason, String what, Exception cause) {
    return new UndeliveredFeedbackException(
        Objects.requireNonNull(clients.get(name)).capabilities().provider(),
        reason,
        0,
        deadline,
        true,
        name + " " + what + "; the feedback may have arrived",
        cause);
  }

  /** Collects the clients of a fan-out. Not thread-safe. */
  public static final class Builder {
    private final Map<String, FeedbackClient> clients = new LinkedHashMap<>();
    private Duration deadline = Duration.ofSeconds(35);

    private Builder() {}

    /** Adds a client under its provider's name. */
    public Builder add(FeedbackClient client) {
      return add(client.capabilities().provider(), client);
    }

    /**
     * Adds a client under a name.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder add(String name, FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      if (clients.putIfAbsent(Text.name("client name", name), client) != null) {
        throw new IllegalArgumentException(
            "a client named '" + name + "' is there already; name it with add(name, client)");
      }
      return this;
    }

    /** Sets how long to wait for each client; 35 s by default, a little above the clients' own. */
    public Builder deadline(Duration deadline) {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline must be positive, but is " + deadline);
      }
      this.deadline = deadline;
      return this;
    }

    /** The fan-out. */
    public FanOut build() {
      return new FanOut(this);
    }
  }
}
