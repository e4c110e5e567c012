package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.function.Consumer;

/** A client whose {@code submitEach} a test looks into. */
final class Watched {
  private Watched() {}

  /** What a test does instead. */
  interface SubmitEach {
    BatchSummary call(Iterator<Feedback> feedbacks, Consumer<Outcome> eachOutcome);
  }

  @SuppressWarnings("unchecked")
  static FeedbackClient client(FeedbackClient client, SubmitEach submitEach) {
    return (FeedbackClient)
        Proxy.newProxyInstance(
            FeedbackClient.class.getClassLoader(),
            new Class<?>[] {FeedbackClient.class},
            (proxy, method, args) -> {
              if (method.getName().equals("submitEach")) {
                return submitEach.call((Iterator<Feedback>) args[0], (Consumer<Outcome>) args[1]);
              }
              try {
                return method.invoke(client, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Looks after each outcome, with its number from 1. */
  static FeedbackClient afterEach(FeedbackClient client, Consumer<Integer> look) {
    int[] outcomes = {0};
    return client(
        client,
        (feedbacks, eachOutcome) ->
            client.submitEach(
                feedbacks,
                outcome -> {
                  eachOutcome.accept(outcome);
                  look.accept(++outcomes[0]);
                }));
  }
}
