package io.github.llmfeedback;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Carries feedback to one provider. Thread-safe; one instance serves an application, and {@link
 * #close()} ends it.
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
   * Submits one feedback and waits for the provider's answer, at most {@link
   * ClientSettings#totalTimeout()}.
   *
   * @throws FeedbackException if there is no receipt; an interrupt ends the wait at once, and the
   *     thread stays interrupted
   */
  Receipt submit(Feedback feedback);

  /**
   * Submits one feedback; the caller never waits, and every error comes through the future.
   * Dropping the future drops the error with it. Cancelling the future cancels the call.
   *
   * @return completes on {@link ClientSettings#callbackExecutor()}
   */
  CompletableFuture<Receipt> submitAsync(Feedback feedback);

  /**
   * Submits all of {@code feedbacks} and waits, at most {@link ClientSettings#batchTimeout()}.
   * Feedback on the same target goes in input order.
   *
   * @return one outcome each, in input order
   * @throws NullPointerException if one is null; then none was sent
   */
  List<Outcome> submitAll(Collection<? extends Feedback> feedbacks);

  /** As {@link #submitAll}, without waiting. */
  CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks);

  /**
   * Submits any number of feedbacks in constant memory and blocks until all are done. The source is
   * read, and the callback called, one at a time on the calling thread, outcomes in input order.
   *
   * <p>If the source or the callback throws, no more are read, those in flight are finished and
   * handed out as far as the callback takes them, and the exception is thrown on. The same goes for
   * a client that is closed meanwhile, with an {@link UndeliveredFeedbackException}.
   */
  BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome);

  /**
   * Checks a feedback without sending it: does all that {@link #submit} does short of the network,
   * whatever the state of the client. It cannot know what only the provider does, such as that
   * there is nothing under this id.
   *
   * @return what would be lost, which the client's {@link LossPolicy} accepts and the receipt shows
   * @throws UnrepresentableFeedbackException if {@code submit} would refuse it
   */
  List<Loss> check(Feedback feedback);

  /** What the provider keeps, part by part. */
  Capabilities capabilities();

  /**
   * This client as {@code extension}, such as {@link SupportsUpdate}, if it has it. Ask this
   * instead of {@code instanceof}: it also looks through wrappers.
   */
  default <T> Optional<T> extension(Class<T> extension) {
    Objects.requireNonNull(extension, "extension must not be null");
    return extension.isInstance(this) ? Optional.of(extension.cast(this)) : Optional.empty();
  }

  /**
   * Takes no new feedback and waits for what was submitted before, at most {@link
   * ClientSettings#closeTimeout()}: single calls, a running {@code submitAll}, and the feedbacks
   * that a running {@code submitEach} has read (its source is not read further). A retry that would
   * come after that time is not waited for. What is left then fails as {@link
   * UndeliveredFeedbackException.Reason#CLOSED}, and one line at WARN counts it. An interrupt ends
   * the wait. Closing twice does nothing: the second call returns at once, even if the first still
   * waits.
   */
  @Override
  void close();
}
