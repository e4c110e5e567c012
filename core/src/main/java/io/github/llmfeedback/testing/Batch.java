package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Several feedbacks, each in a call of its own. */
record Batch(List<Feedback> feedbacks, List<Call> calls) {
  static Batch begin(Collection<? extends Feedback> given, Function<Feedback, Call> submission) {
    List<Feedback> feedbacks =
        new ArrayList<>(Objects.requireNonNull(given, "feedbacks must not be null"));
    for (int i = 0; i < feedbacks.size(); i++) {
      present(i, feedbacks.get(i));
    }
    return new Batch(feedbacks, feedbacks.stream().map(submission).toList());
  }

  List<Outcome> await() {
    calls.forEach(Call::await); // an interrupted thread stays interrupted, so all others end too
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

  /** Returns the feedback, which must not be null. */
  static Feedback present(long index, Feedback feedback) {
    return Objects.requireNonNull(
        feedback, () -> "feedback " + index + " of the batch must not be null");
  }
}
