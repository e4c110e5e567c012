package io.github.llmfeedback;

/**
 * Is told what a client does, for metrics and traces; set with {@link
 * ClientSettings.Builder#listener}. Every method does nothing by default, and later versions may
 * add methods.
 *
 * <p>The events of one client come one at a time and in order, on one of the library's daemon
 * threads, through a queue of 10,000 events: a slow listener delays neither callers nor requests
 * nor other clients. If the queue is full, new events are dropped, counted in {@link
 * ClientStats#droppedEvents()}, and a line at WARN says how many. What a listener throws is logged
 * once for each client, without its message, and the listener goes on being called. A listener may
 * call any method of the client. It runs on threads that others' callbacks use too: it must clear
 * the thread locals that it sets.
 *
 * <p>A list whose feedbacks end at the same moment, as at its timeout, may have more events than
 * the queue holds, however fast the listener is. The totals of {@link FeedbackClient#stats()} are
 * exact; a listener's counters are, if {@code droppedEvents()} is 0.
 *
 * <p>{@link FeedbackClient#close()} waits until the events so far are handled, within {@link
 * ClientSettings#closeTimeout()} (if calls used that up, one second more), unless the listener
 * itself calls it. Later events, and those that a listener which blocks has not been told, still
 * come if the listener returns and the JVM lives. A JVM that exits waits for a listener's events as
 * for asynchronous calls ({@link ClientSettings#waitAtExit()}).
 *
 * <p>Events contain no key, nothing that the person wrote and no metadata; a receipt has ids but no
 * {@linkplain Receipt#state() state}, and {@link RejectedFeedbackException#body()} and {@link
 * UnreadableResponseException#body()} have the server's text.
 *
 * <p>A {@link io.github.llmfeedback.fanout.FanOut} has no listener: each of its clients has its
 * own. What was lost by policy is no event of its own, but {@link OutcomeEvent#losses()}: a loss
 * counts only if the rest was accepted.
 */
public interface FeedbackListener {
  /** A request got its response, or failed: once for each request that was begun. */
  default void onAttempt(AttemptEvent event) {}

  /** A request will be sent again after a wait, unless the call ends before. */
  default void onRetry(RetryEvent event) {}

  /**
   * A feedback has its receipt or its error: once for each feedback that the client was given,
   * whatever became of it. Comes also for what was refused before the network, and for what was
   * cancelled: a future that its caller cancels has the outcome {@link FailureKind#CANCELLED},
   * unless the call had ended before. A list that is refused as a whole, such as one with a null in
   * it, was not given: it has no outcomes and is not counted.
   */
  default void onOutcome(OutcomeEvent event) {}

  /**
   * An entry of an outbox has its fate: once for each entry and lane, unless it is tried again, and
   * once more if an entry that was parked turns out to have been delivered. Told by the process
   * that wrote the fate, after it is stored; only a listener given to an outbox is told fates.
   */
  default void onFate(FateEvent event) {}
}
