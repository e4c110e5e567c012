package io.github.llmfeedback.testing;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Several feedbacks, each a call of its own. */
record Batch(List<Feedback> feedbacks, List<Call> calls) {
  static Batch begin(Collection<? extends Feedback> given, Function<Feedback, Call> submission) {
    List<Feedback> feedbacks = new ArrayList<>(given);
    for (int i = 0; i < feedbacks.size(); i++) {
      present(i, feedbacks.get(i));
    }
    return new Batch(feedbacks, feedbacks.stream().map(submission).toList());
  }

  List<Outcome> await() {
    calls.forEach(Call::await); // once interrupted, the thread stays so: all others end too
    return outcomes();
  }

  CompletableFuture<List<Outcome>> future() {
    CompletableFuture<List<Outcome>> result = new CompletableFuture<>();
    var unused =
        CompletableFuture.allOf(
                calls.stream().map(Call::future).toArray(CompletableFuture<?>[]::new))
            .handle((done, error) -> result.isDone() || result.complete(outcomes()));
    unused =
        result.handle(
            (outcomes, error) -> calls.stream().allMatch(call -> call.future().cancel(true)));
    return result;
  }

  private List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      outcomes.add(calls.get(i).outcome(i, feedbacks.get(i)).orElseThrow());
    }
    return List.copyOf(outcomes);
  }

  /** One after the other, on the calling thread; whatever throws ends it. */
  static BatchSummary each(
      String provider,
      Iterator<? extends Feedback> source,
      Consumer<? super Outcome> sink,
      Function<Feedback, Call> submission) {
    Objects.requireNonNull(source, "feedbacks must not be null");
    Objects.requireNonNull(sink, "eachOutcome must not be null");
    long begun = System.nanoTime();
    long read = 0;
    long accepted = 0;
    long uncertain = 0;
    while (source.hasNext()) {
      Feedback feedback = present(read, source.next());
      Call call = submission.apply(feedback);
      call.await();
      Outcome outcome = call.outcome(read, feedback).orElseThrow();
      read++;
      accepted += outcome.isAccepted() ? 1 : 0;
      uncertain += outcome.error().map(FeedbackException::mayHaveArrived).orElse(false) ? 1 : 0;
      sink.accept(outcome);
      if (Thread.currentThread().isInterrupted()) {
        throw Failure.undelivered(provider, Reason.INTERRUPTED, 0, false);
      }
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
    return new BatchSummary(read, accepted, read - accepted, uncertain, elapsed);
  }

  private static Feedback present(long index, Feedback feedback) {
    return Objects.requireNonNull(
        feedback, () -> "feedback " + index + " of the batch must not be null");
  }
}
