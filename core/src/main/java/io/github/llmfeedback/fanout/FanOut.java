package io.github.llmfeedback.fanout;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UnrepresentableFeedbackException;
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

/**
 * Carries the same feedback to several clients in parallel; one provider's failure never touches
 * another's. Thread-safe. Each client keeps its own {@link LossPolicy}.
 *
 * <p>This library's clients are called on the caller's thread, because they return at once. Any
 * other client is called on a daemon thread, feedback on the same target in the order in which it
 * was submitted: one that blocks or throws holds up neither the caller nor another client.
 *
 * <p>It is no {@link FeedbackClient}: its answer is one {@link Outcome} for each client. It owns
 * its clients: {@link #close()} closes them.
 */
public final class FanOut implements AutoCloseable {
  private final List<FanOutMember> members;
  private final Duration deadline;
  private final Duration batchDeadline;
  private final Duration closeTimeout;

  private FanOut(Builder builder) {
    members = List.copyOf(builder.members.values());
    deadline = builder.deadline;
    batchDeadline = builder.batchDeadline;
    closeTimeout = builder.closeTimeout;
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
   * not ended at the deadline has a failed outcome then: what it knows of attempts and arrival if
   * it is this library's, otherwise that the feedback may have arrived. Cancelling the future
   * cancels all calls.
   *
   * @return completes where the last client's future does, or on a daemon thread
   */
  public CompletableFuture<Map<String, Outcome>> submitAsync(Feedback feedback) {
    return future(() -> begin(feedback));
  }

  /**
   * Submits all of {@code feedbacks} to all clients and waits, at most the batch deadline. A client
   * that has not ended by then has the outcomes it knows of if it is this library's, otherwise
   * failed ones only, also for what it took until then.
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
    FanOutCalls<Outcome> calls =
        new FanOutCalls<>(deadline, List.of(feedback), outcomes -> outcomes.get(0));
    for (FanOutMember member : members) {
      calls.add(
          member,
          () -> member.client().submitAsync(feedback),
          receipt -> List.of(Outcome.accepted(0, feedback, receipt)));
    }
    return calls;
  }

  private FanOutCalls<List<Outcome>> begin(Collection<? extends Feedback> feedbacks) {
    Objects.requireNonNull(feedbacks, "feedbacks must not be null");
    List<Feedback> given = Collections.unmodifiableList(new ArrayList<>(feedbacks));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
      refuseBare(given.get(i), "feedback " + i + " of the batch: ");
    }
    FanOutCalls<List<Outcome>> calls =
        new FanOutCalls<>(batchDeadline, given, outcomes -> outcomes);
    for (FanOutMember member : members) {
      calls.add(member, () -> member.client().submitAllAsync(given), outcomes -> outcomes);
    }
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
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Closes all clients at the same time, each as {@link FeedbackClient#close()} says, and waits for
   * them, at most {@link Builder#closeTimeout}; those that did not close by then are named in one
   * warning. One that fails to close keeps no other open; its exception is thrown at the end.
   */
  @Override
  public void close() {
    new FanOutClosing(members, closeTimeout).await();
  }

  /** Collects the clients of a fan-out. Not thread-safe. */
  public static final class Builder {
    private static final int LONGEST_NAME = 1_000;

    private final Map<String, FanOutMember> members = new LinkedHashMap<>();
    private Duration deadline = Duration.ofSeconds(35);
    private Duration batchDeadline = Duration.ofSeconds(630);
    private Duration closeTimeout = Duration.ofSeconds(15);

    private Builder() {}

    /**
     * Adds a client under its provider's name.
     *
     * @throws IllegalArgumentException if the name is taken, or the client does not tell its
     *     provider
     */
    public Builder add(FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      return add(FanOutMember.of(client));
    }

    /**
     * Adds a client under a name. If the client does not tell its provider, as a mock does not,
     * errors that the fan-out makes for it name this instead.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder add(String name, FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      return add(FanOutMember.of(checkedName(name), client));
    }

    /** What stands in messages and as a key: visible, and not empty. */
    private static String checkedName(String name) {
      Objects.requireNonNull(name, "client name must not be null");
      if (name.isBlank()) {
        throw new IllegalArgumentException("client name must not be blank");
      }
      if (name.length() > LONGEST_NAME) {
        throw new IllegalArgumentException(
            "client name must have at most " + LONGEST_NAME + " characters");
      }
      name.codePoints()
          .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)
          .findFirst()
          .ifPresent(
              c -> {
                throw new IllegalArgumentException(
                    "client name must not contain invisible characters, but has U+%04X"
                        .formatted(c));
              });
      return name;
    }

    private Builder add(FanOutMember member) {
      if (members.putIfAbsent(member.name(), member) != null) {
        throw new IllegalArgumentException(
            "a client named '"
                + member.name()
                + "' is there already; name it with add(name, client)");
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

    /**
     * Sets how long {@link FanOut#close()} waits for the clients to close, 1 ms to 1 h; 15 s by
     * default, a little above the clients' own.
     */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = ClientSettings.Builder.bounded("closeTimeout", timeout, Duration.ofHours(1));
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
      if (members.isEmpty()) {
        throw new IllegalStateException("a fan-out must have at least one client");
      }
      return new FanOut(this);
    }
  }
}
