package io.github.llmfeedback.fanout;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.fanout.MemberCall.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Submits the same feedback to several clients in parallel; one provider's failure never affects
 * another. Thread-safe. Each client keeps its own {@link io.github.llmfeedback.LossPolicy loss
 * policy}.
 *
 * <p>This library's clients are called on the caller's thread, because they return at once. Any
 * other client is called on a daemon thread, feedback on the same target in the order in which it
 * was submitted: one that blocks or throws holds up neither the caller nor another client.
 *
 * <p>It is not a {@link FeedbackClient}: it gives one {@link Outcome} for each client. It owns its
 * clients: {@link #close()} closes them. It has no {@link io.github.llmfeedback.FeedbackListener}
 * and no statistics: each client has its own.
 */
public final class FanOut implements AutoCloseable {
  private final Map<String, Member> members;
  private final Duration totalTimeout;
  private final Duration batchTimeout;
  private final Duration closeTimeout;

  private FanOut(Builder builder) {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(builder.members));
    ClientSettings timeouts = builder.timeouts.build();
    totalTimeout = timeouts.totalTimeout();
    batchTimeout = timeouts.batchTimeout();
    closeTimeout = timeouts.closeTimeout();
  }

  /** Begins a fan-out to no client yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Submits to all clients and waits, at most the total timeout. Do not call it on a thread that
   * the clients need for their {@link ClientSettings#callbackExecutor()}: it would wait for itself;
   * {@link #submitAsync} does not wait.
   *
   * @return one outcome for each client, by its name, in the order in which they were added
   * @throws UnrepresentableFeedbackException if the feedback's target is a bare id, which cannot be
   *     every provider's; then nothing was sent
   */
  public Map<String, Outcome> submit(Feedback feedback) {
    return submitting(feedback).await();
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
    return future(() -> submitting(feedback));
  }

  /**
   * Submits all of {@code feedbacks} to all clients and waits, at most the batch timeout. A client
   * that has not ended by then has the outcomes it knows of if it is this library's, otherwise
   * failed ones only, also for what it took until then.
   *
   * @return for each client one outcome for each feedback, in input order
   * @throws UnrepresentableFeedbackException if one's target is a bare id; then none was sent
   * @throws NullPointerException if one is null; then none was sent
   */
  public Map<String, List<Outcome>> submitAll(Collection<? extends Feedback> feedbacks) {
    return submitting(feedbacks).await();
  }

  /** As {@link #submitAll}, without waiting, as {@link #submitAsync} does. */
  public CompletableFuture<Map<String, List<Outcome>>> submitAllAsync(
      Collection<? extends Feedback> feedbacks) {
    return future(() -> submitting(feedbacks));
  }

  /**
   * Replaces what was submitted, at each client that {@code receipts} names, and waits, at most the
   * total timeout. A client that cannot change feedback, because it is not a {@link
   * SupportsUpdate}, has a failed outcome; other clients are not asked.
   *
   * @param receipts by the clients' names, such as {@link #receipts} makes of outcomes
   * @param feedback what now holds, on the same target
   * @return one outcome for each receipt, by the client's name
   * @throws IllegalArgumentException if a name is not a client's of this fan-out, or a receipt is
   *     another provider's; then nothing was sent
   * @throws UnrepresentableFeedbackException if the feedback's target is a bare id; then nothing
   *     was sent
   */
  public Map<String, Outcome> update(Map<String, Receipt> receipts, Feedback feedback) {
    return updating(receipts, feedback).await();
  }

  /** As {@link #update}, without waiting, as {@link #submitAsync} does. */
  public CompletableFuture<Map<String, Outcome>> updateAsync(
      Map<String, Receipt> receipts, Feedback feedback) {
    return future(() -> updating(receipts, feedback));
  }

  /**
   * Takes back what was submitted, at each client that {@code receipts} names, and waits, at most
   * the total timeout. A client that cannot take feedback back, because it is not a {@link
   * SupportsRetract}, has an error; other clients are not asked. A client that is not one of this
   * library's may begin a retraction before an update of the same feedback that is still in flight.
   *
   * @param receipts by the clients' names, such as {@link #receipts} makes of outcomes
   * @return one result for each receipt, by the client's name
   * @throws IllegalArgumentException if a name is not a client's of this fan-out, or a receipt is
   *     another provider's; then nothing was sent
   */
  public Map<String, Retraction> retract(Map<String, Receipt> receipts) {
    return retracting(receipts).await();
  }

  /** As {@link #retract}, without waiting, as {@link #submitAsync} does. */
  public CompletableFuture<Map<String, Retraction>> retractAsync(Map<String, Receipt> receipts) {
    return future(() -> retracting(receipts));
  }

  /** The receipts in {@code outcomes}, by the clients' names; failed outcomes have none. */
  public static Map<String, Receipt> receipts(Map<String, Outcome> outcomes) {
    Map<String, Receipt> receipts = new LinkedHashMap<>();
    outcomes.forEach(
        (name, outcome) -> outcome.receipt().ifPresent(receipt -> receipts.put(name, receipt)));
    return Collections.unmodifiableMap(receipts);
  }

  private FanOutWork<Outcome> submitting(Feedback feedback) {
    FanOutWork<Outcome> work = about(feedback);
    for (Member member : members.values()) {
      work.add(member, () -> member.client().submitAsync(feedback), FanOut::accepted);
    }
    return work;
  }

  private FanOutWork<List<Outcome>> submitting(Collection<? extends Feedback> feedbacks) {
    Objects.requireNonNull(feedbacks, "feedbacks must not be null");
    List<Feedback> given = Collections.unmodifiableList(new ArrayList<>(feedbacks));
    for (int i = 0; i < given.size(); i++) {
      Objects.requireNonNull(given.get(i), "feedback " + i + " of the batch must not be null");
      refuseBare(given.get(i), "feedback " + i + " of the batch: ");
    }
    FanOutWork<List<Outcome>> work =
        new FanOutWork<>(
            batchTimeout,
            given.size(),
            given.stream().map(Feedback::target).collect(Collectors.toSet()),
            results ->
                IntStream.range(0, given.size())
                    .mapToObj(i -> outcome(i, given.get(i), results.get(i)))
                    .toList());
    for (Member member : members.values()) {
      work.add(
          member,
          () -> member.client().submitAllAsync(given),
          outcomes -> outcomes.stream().map(it -> it == null ? null : Result.of(it)).toList());
    }
    return work;
  }

  private FanOutWork<Outcome> updating(Map<String, Receipt> receipts, Feedback feedback) {
    List<Change> changes = changes(receipts);
    FanOutWork<Outcome> work = about(feedback);
    for (Change change : changes) {
      work.add(
          change.member,
          () ->
              extension(change.member, SupportsUpdate.class, "change")
                  .updateAsync(change.receipt, feedback),
          FanOut::accepted);
    }
    return work;
  }

  private FanOutWork<Retraction> retracting(Map<String, Receipt> receipts) {
    List<Change> changes = changes(receipts);
    FanOutWork<Retraction> work =
        new FanOutWork<>(
            totalTimeout,
            1,
            Set.of(),
            results -> new Retraction(results.get(0).receipt(), results.get(0).error()));
    for (Change change : changes) {
      work.add(
          change.member,
          () ->
              extension(change.member, SupportsRetract.class, "take back")
                  .retractAsync(change.receipt),
          FanOut::accepted);
    }
    return work;
  }

  private FanOutWork<Outcome> about(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    refuseBare(feedback, "");
    return new FanOutWork<>(
        totalTimeout,
        1,
        Set.of(feedback.target()),
        results -> outcome(0, feedback, results.get(0)));
  }

  private static List<Result> accepted(Receipt receipt) {
    return List.of(Result.accepted(receipt));
  }

  private static Outcome outcome(int index, Feedback feedback, Result result) {
    return result.receipt() != null
        ? Outcome.accepted(index, feedback, result.receipt())
        : Outcome.failed(index, feedback, Objects.requireNonNull(result.error()));
  }

  private List<Change> changes(Map<String, Receipt> receipts) {
    Objects.requireNonNull(receipts, "receipts must not be null");
    List<Change> changes = new ArrayList<>();
    receipts.forEach(
        (name, receipt) -> {
          Member member = members.get(name);
          if (member == null) {
            throw new IllegalArgumentException(
                "receipts name '%s', which is not a client of this fan-out; its clients are %s"
                    .formatted(name, String.join(", ", members.keySet())));
          }
          Objects.requireNonNull(receipt, "the receipt of " + name + " must not be null");
          if (member.isOwn() && !member.provider().equals(receipt.provider())) {
            throw new IllegalArgumentException(
                "the receipt for '%s' is %s's, but this client is %s's"
                    .formatted(name, receipt.provider(), member.provider()));
          }
          changes.add(new Change(member, receipt));
        });
    return changes;
  }

  /** What is to be changed at one client. */
  private record Change(Member member, Receipt receipt) {}

  private static <T> T extension(Member member, Class<T> extension, String act) {
    return member
        .client()
        .extension(extension)
        .orElseThrow(
            () ->
                UnrepresentableFeedbackException.builder(
                        member.provider(),
                        "%s cannot %s feedback, so leave its receipt out: it is not a %s; nothing was changed"
                            .formatted(member.name(), act, extension.getSimpleName()))
                    .build());
  }

  private static void refuseBare(Feedback feedback, String which) {
    if (feedback.target().isBare()) {
      throw UnrepresentableFeedbackException.builder(
              "fan-out",
              which
                  + "a bare target id cannot be every provider's; name one for each provider with"
                  + " Target.of(key, id).and(key, id), or choose one for all with"
                  + " Target.shared(id)")
          .build();
    }
  }

  private static <R> CompletableFuture<Map<String, R>> future(Supplier<FanOutWork<R>> create) {
    try {
      return create.get().future();
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
    new Closing(members.values(), closeTimeout).await();
  }

  /** Collects the clients of a fan-out. Not thread-safe. */
  public static final class Builder {
    private static final int LONGEST_NAME = 1_000;

    private final Map<String, Member> members = new LinkedHashMap<>();

    /** Checks the timeouts, with a client's bounds and messages. */
    private final ClientSettings.Builder timeouts =
        ClientSettings.builder()
            .totalTimeout(Duration.ofSeconds(35))
            .batchTimeout(Duration.ofSeconds(630))
            .closeTimeout(Duration.ofSeconds(15));

    private Builder() {}

    /**
     * Adds a client under its provider's name.
     *
     * @throws IllegalArgumentException if the name is taken, or the client does not name its
     *     provider
     */
    public Builder add(FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      return add(Member.of(client));
    }

    /**
     * Adds a client under a name. If the client does not name its provider, as a mock does not,
     * errors that the fan-out makes for it name this instead.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder add(String name, FeedbackClient client) {
      Objects.requireNonNull(client, "client must not be null");
      return add(Member.of(checkedName(name), client));
    }

    /** Checks what messages show and maps use as a key: visible, and not empty. */
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

    private Builder add(Member member) {
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
    public Builder totalTimeout(Duration timeout) {
      timeouts.totalTimeout(timeout);
      return this;
    }

    /**
     * Sets how long to wait for each client's batch, 1 ms to 7 days; 10 min 30 s by default, a
     * little above the clients' own.
     */
    public Builder batchTimeout(Duration timeout) {
      timeouts.batchTimeout(timeout);
      return this;
    }

    /**
     * Sets how long {@link FanOut#close()} waits for the clients to close, 1 ms to 1 h; 15 s by
     * default, a little above the clients' own.
     */
    public Builder closeTimeout(Duration timeout) {
      timeouts.closeTimeout(timeout);
      return this;
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
