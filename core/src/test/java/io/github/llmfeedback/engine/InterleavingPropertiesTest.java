package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Each feedback has one outcome, which is true, whatever happens to a client in any order. */
class InterleavingPropertiesTest {
  /** One thing that happens. */
  record Step(ClientScenario.Event event, int number) {}

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<ClientScenario.Event> events =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(ClientScenario.Event.SUBMIT_ASYNC)),
            Tuple.of(3, Arbitraries.just(ClientScenario.Event.ANSWER)),
            Tuple.of(3, Arbitraries.just(ClientScenario.Event.REQUEST)),
            Tuple.of(9, Arbitraries.of(ClientScenario.Event.class)));
    return Combinators.combine(events, Arbitraries.integers().between(0, 59))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void eachFeedbackHasOneOutcomeThatDoesNotArriveTwice(@ForAll("lives") List<Step> steps) {
    live(ToyDialect.plain(), steps);
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void eachFeedbackInAListHasOneOutcomeThatDoesNotArriveTwice(@ForAll("lives") List<Step> steps) {
    live(ToyDialect.lists(3), steps);
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void eachFeedbackThatMayArriveTwiceHasOneOutcome(@ForAll("lives") List<Step> steps) {
    live(ToyDialect.repeatableOnes(), steps);
  }

  private static void live(ToyDialect toy, List<Step> steps) {
    try (ClientScenario life = new ClientScenario(toy)) {
      steps.forEach(step -> life.goOn(step.event(), step.number()));
      life.settle(Duration.ofMillis(500));
      haveTrueOutcomes(life, toy.isRepeatable());
      if (!life.isClosing()) {
        hasAllItsRoomAgain(life);
      }
      life.end();
      takesNothing(life);
      haveTrueOutcomes(life, toy.isRepeatable()); // also of what came to the server late
      life.time.advance(Duration.ofSeconds(1)); // in which the log counts what was given up
      Await.isTrue("nothing waits for the time", () -> life.time.alarms().isEmpty());
    }
  }

  private static void haveTrueOutcomes(ClientScenario scenario, boolean repeatable) {
    for (ClientScenario.Given given : scenario.given) {
      for (Feedback feedback : given.feedbacks()) {
        String target = feedback.target().toString();
        assertThat(scenario.server.taken(target)).isBetween(0, repeatable ? 2 : 1);
      }
      outcomes(given).forEach(outcome -> isTrue(outcome, scenario.server));
    }
  }

  /** One for each feedback, in order; none if the caller cancelled. */
  private static List<Outcome> outcomes(ClientScenario.Given given) {
    List<Outcome> outcomes;
    try {
      outcomes = given.outcomes().join();
    } catch (CancellationException cancelled) {
      return List.of();
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(CancellationException.class);
      return List.of();
    }
    assertThat(outcomes).extracting(Outcome::feedback).isEqualTo(given.feedbacks());
    return outcomes;
  }

  private static void isTrue(Outcome outcome, HeldServer server) {
    String target = outcome.feedback().target().toString();
    if (outcome.isAccepted()) {
      assertThat(outcome.orThrow().target()).isEqualTo(target);
      assertThat(server.agreed(target)).as("the server said yes to %s", target).isTrue();
    } else if (!outcome.error().orElseThrow().mayHaveArrived()) {
      assertThat(server.taken(target)).as("%s, %s", target, outcome).isZero();
    }
  }

  /** The client again admits as many calls in flight, and as many pending, as before. */
  private static void hasAllItsRoomAgain(ClientScenario scenario) {
    scenario.time.advance(Duration.ofHours(1)); // of every pause
    scenario.server.hold();
    int before = scenario.given.size();
    for (int i = 0; i < ClientScenario.PENDING; i++) {
      scenario.submitAsync();
    }
    List<ClientScenario.Given> given = scenario.given.subList(before, scenario.given.size());
    // Not what is held: a request of a cancelled call may come to the server only now.
    Await.isTrue(
        "all permits are back",
        () ->
            given.stream().filter(each -> isTaken(each, scenario)).count()
                >= ClientScenario.CONCURRENCY);
    scenario.settle(Duration.ZERO);
    assertThat(given)
        .flatExtracting(InterleavingPropertiesTest::outcomes)
        .extracting(Outcome::isAccepted)
        .containsOnly(true);
  }

  private static boolean isTaken(ClientScenario.Given given, ClientScenario scenario) {
    return scenario.server.taken(given.feedbacks().get(0).target().toString()) > 0;
  }

  private static void takesNothing(ClientScenario scenario) {
    scenario.submitAsync();
    Outcome refused = outcomes(scenario.given.get(scenario.given.size() - 1)).get(0);
    FeedbackException error = refused.error().orElseThrow();
    assertThat(((UndeliveredFeedbackException) error).reason()).isEqualTo(Reason.CLOSED);
    assertThat(error.mayHaveArrived()).isFalse();
  }
}
