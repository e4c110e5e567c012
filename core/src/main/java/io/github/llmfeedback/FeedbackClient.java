package io.github.llmfeedback;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Submits feedback to one provider. Thread-safe; one instance serves a whole application, until
 * {@link #close()}.
 *
 * <pre>{@code
 * try (FeedbackClient client = PortkeyFeedbackClient.create(System.getenv("PORTKEY_API_KEY"))) {
 *   Receipt receipt = client.submit(Feedback.on(traceId).thumbsUp().comment("Spot on").build());
 * }
 * }</pre>
 *
 * <p>Every feedback ends in a {@link Receipt} or a {@link FeedbackException}; none is dropped.
 */
public interface FeedbackClient extends AutoCloseable {
  /**
   * Submits one feedback and waits for the provider's response, at most {@link
   * ClientSettings#totalTimeout()}.
   *
   * @throws FeedbackException if there is no receipt; an interrupt ends the wait at once, and the
   *     thread stays interrupted
   */
  Receipt submit(Feedback feedback);

  /**
   * Submits one feedback; the caller never waits, and every error is reported through the future.
   * Whoever discards the future also discards the error. Cancelling the future cancels the call.
   *
   * @return a future that completes on {@link ClientSettings#callbackExecutor()}
   */
  CompletableFuture<Receipt> submitAsync(Feedback feedback);

  /**
   * Submits all of {@code feedbacks} and waits, at most {@link ClientSettings#batchTimeout()}.
   * Feedback on the same target is sent in input order.
   *
   * @return one outcome for each, in input order
   * @throws NullPointerException if one of them is null; none is sent then
   */
  List<Outcome> submitAll(Collection<? extends Feedback> feedbacks);

  /** Like {@link #submitAll}, but without waiting. */
  CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks);

  /**
   * Submits any number of feedbacks in constant memory and blocks until all are done. The source is
   * read and the callback is called on the calling thread, one feedback at a time, with the
   * outcomes in input order. A feedback that takes long, for example because it is retried, delays
   * the outcomes after it, but not their delivery: the source is read at most 1,000 feedbacks ahead
   * of what may be in flight ({@link ClientSettings#concurrency()} requests).
   *
   * <p>If the source or the callback throws, no more feedback is read, calls in flight are
   * completed, their outcomes are passed to the callback as far as it accepts them, and the
   * exception is rethrown. The same happens, with an {@link UndeliveredFeedbackException}, if the
   * client is closed in the meantime.
   */
  BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome);

  /**
   * Checks a feedback without sending it: does everything that {@link #submit} does before it uses
   * the network, whatever the state of the client. It cannot know what only the provider knows,
   * such as that nothing exists under this id.
   *
   * @return what would be lost: the client's {@link LossPolicy} accepts it, and the receipt will
   *     list it
   * @throws UnrepresentableFeedbackException if {@code submit} would refuse it
   */
  List<Loss> check(Feedback feedback);

  /** What the provider keeps, part by part. */
  Capabilities capabilities();

  /** What this client has done since it was built, and does now; costs little, and never waits. */
  ClientStats stats();

  /**
   * This client as {@code extension}, such as {@link SupportsUpdate}, if it supports that. Use this
   * instead of {@code instanceof}: it also looks through wrappers.
   */
  default <T> Optional<T> extension(Class<T> extension) {
    Objects.requireNonNull(extension, "extension must not be null");
    return extension.isInstance(this) ? Optional.of(extension.cast(this)) : Optional.empty();
  }

  /**
   * Accepts no new feedback and waits, at most {@link ClientSettings#closeTimeout()}, for what was
   * already submitted: single calls, a running {@code submitAll}, and the feedbacks that a running
   * {@code submitEach} has read (its source is not read any further). A retry that is due after
   * that time is not waited for. What is left then fails as {@link
   * UndeliveredFeedbackException.Reason#CLOSED}, and one line at WARN says how much that was. The
   * {@link ClientSettings#listener()} is told of all that before this method returns, as far as it
   * can be within this time. An interrupt ends the wait. Closing again has no effect: the second
   * call returns at once, even if the first is still waiting.
   */
  @Override
  void close();
}
