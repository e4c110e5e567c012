package io.github.llmfeedback;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Carries the same feedback to several clients in parallel; one provider's failure never touches
 * another's. Thread-safe. Each client keeps its own {@link LossPolicy}.
 *
 * <p>It is no {@link FeedbackClient}: its answer is one {@link Outcome} for each client. It owns
 * its clients: {@link #close()} closes them.
 */
public final class FanOut implements AutoCloseable {
  private final Map<String, FeedbackClient> clients;
  private final Duration deadline;
  private final Duration batchDeadline;

  private FanOut(Builder builder) {
    clients = new LinkedHashMap<>(builder.clients);
    deadline = builder.deadline;
    batchDeadline = builder.batchDeadline;
  }

  /** Begins a fan-out to no client yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Submits to all clients and waits, at most the deadline. Not on a thread that the clients need
   * for their {@link ClientSettings#callbackExecutor()}: it would wait for itself; {@link
   * #submitAsync} does not wait.
   *
   * @return one outcome for each client, by its name, in the order in which they were added
   * @throws UnrepresentableFeedbackException if the feedback's target is a bare id, which cannot be
   *     every provider's; then nothing was sent
   */
  public Map<String, Outcome> submit(Feedback feedback) {
    return begin(feedback).await();
  }

  /**
   * As {@link #submit}, without waiting; every error comes through the future. A client that has
   * not ended at the deadline has a failed outcome then. Cancelling the future cancels all calls.
   *
   * @return completes where the last client's future does, or on a daemon thread
   */
  public CompletableFuture<Map<String, Outcome>> submitAsync(Feedback feedback) {
    return future(() -> begin(feedback));
  }

  /**
   * Submits all of {@code feedbacks} to all clients and waits, at most the batch deadline. A client
   * that has not ended by then has failed outcomes only, also for what it took until then.
   *
   * @return for each client one outcome for each feedback, in input order
   * @throws UnrepresentableFeedbackException if one's target is a bare id; then none was sent
   * @throws NullPointerException if one is null; then none was sent
   */
  public Map<String, List<Outcome>> submitAll(Collection<? extends Feedback> feedbacks) {
    return begin(feedbacks).await();
  }

  /** As {@link #submitAll}, without waiting, as {@link #submitAsync} does. */
  public CompletableFuture<Map<String, List<Outcome>>> submitAllAsync(
      Collection<? extends Feedback> feedbacks) {
    return future(() -> begin(feedbacks));
  }

  private FanOutCalls<Outcome> begin(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    refuseBare(feedback, "");
    FanOutCalls<Outcome> calls = new FanOutCalls<>(deadline);
    clients.forEach(
        (name, client) ->
            calls.add(
                name,
                client,
                () -> client.submitAsync(feedback),
                receipt -> Outcome.accepted(0, feedback, receipt),
                error -> Outcome.failed(0, feedback, error)));
    return calls;
  }

  private FanOutCalls<List<Outcome>> begin(Collection<? extends Feedback> feedbacks) {
    List<Feedback> given = Collections.unmodifiableList(new ArrayList<>(feedbacks));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
      refuseBare(given.get(i), "feedback " + i + " of the batch: ");
    }
    FanOutCalls<List<Outcome>> calls = new FanOutCalls<>(batchDeadline);
    clients.forEach(
        (name, client) ->
            calls.add(
                name,
                client,
                () -> client.submitAllAsync(given),
                outcomes -> outcomes,
                error ->
                    IntStream.range(0, given.size())
                        .mapToObj(i -> Outcome.failed(i, given.get(i), error))
                        .toList()));
    return calls;
  }

  private static void refuseBare(Feedback feedback, String which) {
    if (feedback.target().isBare()) {
      throw new UnrepresentableFeedbackException(
          "fan-out",
          which
              + "a bare target id cannot be every provider's; name one for each provider with"
              + " Target.of(key, id).and(key, id), or choose one for all with Target.shared(id)",
          List.of());
    }
  }

  private static <R> CompletableFuture<Map<String, R>> future(Supplier<FanOutCalls<R>> begin) {
    try {
      return begin.get().future();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Closes all clients at the same time, each as {@link FeedbackClient#close()} says. One that
   * fails to close keeps no other open; its exception is thrown at the end.
   */
  @Override
  public void close() {
    new FanOutClosing(clients.values()).await();
  }

  /** Collects the clients of a fan-out. Not thread-safe. */
  public static final class Builder {
    private final Map<String, FeedbackClient> clients = new LinkedHashMap<>();
    private Duration deadline = Duration.ofSeconds(35);
    private Duration batchDeadline = Duration.ofSeconds(630);

    private Builder() {}

    /** Adds a client under its provider's name. */
    public Builder add(FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      return add(client.capabilities().provider(), client);
    }

    /**
     * Adds a client under a name.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder add(String name, FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      if (clients.putIfAbsent(Text.constant("client name", name), client) != null) {
        throw new IllegalArgumentException(
            "a client named '" + name + "' is there already; name it with add(name, client)");
      }
      return this;
    }

    /**
     * Sets how long to wait for each client, 1 ms to 7 days; 35 s by default, a little above the
     * clients' own.
     */
    public Builder deadline(Duration deadline) {
      this.deadline = bounded("deadline", deadline);
      return this;
    }

    /**
     * Sets how long to wait for each client's batch, 1 ms to 7 days; 10 min 30 s by default, a
     * little above the clients' own.
     */
    public Builder batchDeadline(Duration deadline) {
      this.batchDeadline = bounded("batchDeadline", deadline);
      return this;
    }

    private static Duration bounded(String field, Duration deadline) {
      return ClientSettings.Builder.bounded(field, deadline, Duration.ofDays(7));
    }

    /**
     * The fan-out.
     *
     * @throws IllegalStateException if it has no client, so that every feedback would be lost
     */
    public FanOut build() {
      if (clients.isEmpty()) {
        throw new IllegalStateException("a fan-out must have at least one client");
      }
      return new FanOut(this);
    }
  }
}
