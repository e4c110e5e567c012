package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.baseplate.BaseplateFeedbackClient;
import io.github.llmfeedback.examples.quickstart.sandbox.PretendLlm;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.fanout.FanOut;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.humanloop.HumanloopFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** What a backend does with feedback, step by step, on the sandbox. */
final class Tour {
  private static final int BATCH = 1_000;

  private final Sandbox sandbox;
  private final Screen screen;
  private final Ledger ledger =
      new Ledger(List.of("portkey", "humanloop", "helicone", "baseplate"));

  Tour(Sandbox sandbox, Screen screen) {
    this.sandbox = sandbox;
    this.screen = screen;
  }

  void run() {
    try (Clients clients = Clients.of(sandbox, ClientSettings.defaults())) {
      PretendLlm.Answer answer = new PretendLlm(sandbox).ask("What is the capital of France?");
      screen.heading("An LLM answers; its response headers and body name the ids.");
      Target target = target(answer);

      Receipt receipt = opinions(clients, target);
      batch(clients.portkey());
      changeOfMind(clients.portkey(), receipt, target);
      refused(clients.helicone(), target);
      fanOut(target);
    }
    new OutboxTour(screen).run();
    screen.heading("What the sandbox's providers keep now, and what the receipts say:");
    screen.table(ledger.rows(sandbox));
  }

  /** Two ids come in headers, two in the answer's body. */
  private static Target target(PretendLlm.Answer answer) {
    return Target.fromHeaders(
            answer.headers(), PortkeyFeedbackClient.TRACE, HeliconeFeedbackClient.REQUEST)
        .orElseThrow()
        .and(HumanloopFeedbackClient.DATAPOINT, answer.humanloopDatapointId())
        .and(BaseplateFeedbackClient.USAGE, answer.baseplateUsageId());
  }

  private Receipt opinions(Clients clients, Target target) {
    screen.heading("People click, comment and rate.");
    Receipt thumb = ledger.add(clients.portkey().submit(Feedback.on(target).thumbsUp().build()));
    screen.say("thumbs up to Portkey: " + thumb.assurance() + ", " + thumb.ids().size() + " id");

    Receipt comment =
        ledger.add(
            clients
                .humanloop()
                .submit(Feedback.on(target).comment("Spot on").author("user-17").build()));
    screen.say("a comment to Humanloop: " + comment.assurance());

    Receipt stars = ledger.add(clients.portkey().submit(Feedback.on(target).stars(5).build()));
    screen.say("five stars to Portkey, which has -10 to 10: losses " + stars.losses());
    return thumb;
  }

  private void batch(PortkeyFeedbackClient portkey) {
    screen.heading("A batch job brings 1,000 more, in constant memory.");
    Iterator<Feedback> clicks =
        IntStream.range(0, BATCH)
            .mapToObj(i -> Feedback.on("chat-" + i).stars(1 + i % 5).build())
            .iterator();
    BatchSummary summary = portkey.submitEach(clicks, this::progress);
    ledger.took("portkey", summary.elapsed());
    screen.say(summary.accepted() + " accepted, " + summary.failed() + " failed");
  }

  private void progress(Outcome outcome) {
    ledger.addOfBatch(outcome.orThrow());
    long done = outcome.index() + 1;
    if (done % 250 == 0) {
      screen.say(done + " of " + BATCH);
    }
  }

  private void changeOfMind(PortkeyFeedbackClient portkey, Receipt receipt, Target target) {
    screen.heading("Somebody changes their mind.");
    Feedback now = Feedback.on(target).thumbsDown().comment("On second thought, no").build();
    Receipt updated = ledger.add(portkey.update(receipt, now));
    screen.say("the thumb at Portkey is down now, same id: " + updated.ids().equals(receipt.ids()));
  }

  private void refused(HeliconeFeedbackClient helicone, Target target) {
    screen.heading("Helicone keeps no comments. Nothing is lost in silence:");
    try {
      helicone.submit(Feedback.on(target).thumbsUp().comment("Spot on").build());
      throw new IllegalStateException("Helicone took a comment that it cannot keep");
    } catch (UnrepresentableFeedbackException e) {
      screen.say(e);
    }
  }

  private void fanOut(Target target) {
    screen.heading("The same feedback to all four, with the comment declared dispensable.");
    ClientSettings tolerant =
        ClientSettings.builder().lossPolicy(LossPolicy.tolerating(Part.COMMENT)).build();
    try (Clients clients = Clients.of(sandbox, tolerant)) {
      Feedback feedback = Feedback.on(target).thumbsUp().comment("Good after all").build();
      // Helicone loses what comes before the LLM call's own log row: wait until the rating is
      // stored.
      Receipt stored =
          ledger.add(clients.helicone().submitConfirmed(feedback, Duration.ofSeconds(60)));
      screen.say("helicone, waited for: " + stored.assurance());
      FanOut.builder()
          .add(clients.portkey())
          .add(clients.humanloop())
          .add(clients.helicone())
          .add(clients.baseplate())
          .build()
          .submit(feedback)
          .forEach(
              (name, outcome) -> {
                Receipt receipt = ledger.add(outcome.orThrow());
                screen.say(name + ": " + receipt.assurance() + ", losses " + receipt.losses());
              });
    }
  }
}
