package io.github.llmfeedback.examples.abtest;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.examples.quickstart.sandbox.PretendLlm;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.helicone.HeliconeFilter;
import io.github.llmfeedback.helicone.HeliconeQuery;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Asks an LLM with two versions of a prompt, collects feedback on the answers, and compares: each
 * LLM call is labelled with the version, and Helicone is asked for what was rated under each label.
 */
public final class AbTest {
  private static final int PEOPLE = 30;
  private static final String LABEL = "Prompt-Version";

  private AbTest() {}

  /** Runs it on the sandbox. */
  public static void main(String... args) {
    try (Sandbox sandbox = Sandbox.start()) {
      run(sandbox, System.out);
    }
  }

  static void run(Sandbox sandbox, PrintStream out) {
    try (HeliconeFeedbackClient helicone =
        HeliconeFeedbackClient.builder(sandbox.heliconeKey())
            .baseUrl(sandbox.heliconeBaseUrl())
            .confirmInterval(Duration.ofMillis(200))
            .build()) {
      collect(new PretendLlm(sandbox), helicone, out);
      out.printf("%-10s %8s %8s %6s%n", "version", "positive", "negative", "good");
      for (String version : List.of("A", "B")) {
        out.println(compare(helicone, version));
      }
    }
  }

  /** Feedback comes right after the answer, before Helicone knows the call: so it is confirmed. */
  private static void collect(PretendLlm llm, HeliconeFeedbackClient helicone, PrintStream out) {
    List<CompletableFuture<Receipt>> clicks = new ArrayList<>();
    for (int person = 0; person < PEOPLE; person++) {
      String version = person % 2 == 0 ? "A" : "B";
      PretendLlm.Answer answer =
          llm.ask(
              version.equals("A") ? "Answer shortly." : "Answer shortly, and name your source.",
              Map.of("Helicone-Property-" + LABEL, version, "Helicone-User-Id", "user-" + person));
      Target target =
          Target.fromHeaders(answer.headers(), HeliconeFeedbackClient.REQUEST).orElseThrow();
      Feedback click =
          likes(person, version)
              ? Feedback.on(target).thumbsUp().build()
              : Feedback.on(target).thumbsDown().build();
      clicks.add(helicone.submitConfirmedAsync(click, Duration.ofSeconds(60)));
    }
    long stored =
        clicks.stream()
            .map(CompletableFuture::join)
            .filter(receipt -> receipt.assurance() == Assurance.STORED)
            .count();
    out.println(stored + " of " + PEOPLE + " ratings seen to be stored");
  }

  /** What these people think: every third likes version A, two in three like version B. */
  private static boolean likes(int person, String version) {
    return version.equals("A") ? person % 3 == 0 : person % 3 != 0;
  }

  private static String compare(HeliconeFeedbackClient helicone, String version) {
    HeliconeFilter labelled = HeliconeFilter.property(LABEL, version);
    long positive =
        helicone.query(HeliconeQuery.where(HeliconeFilter.positive().and(labelled))).count();
    long negative =
        helicone.query(HeliconeQuery.where(HeliconeFilter.negative().and(labelled))).count();
    return String.format(
        Locale.ROOT,
        "%-10s %8d %8d %5.0f%%",
        version,
        positive,
        negative,
        100.0 * positive / Math.max(1, positive + negative));
  }
}
