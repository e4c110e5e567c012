package io.github.llmfeedback.engine;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;
import static org.junit.platform.launcher.TagFilter.excludeTags;
import static org.junit.platform.launcher.TagFilter.includeTags;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import io.github.llmfeedback.Part;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract fails for a client that loses a part silently, in the facts of that part. */
@Tag("slow")
class FalseDeclarationTest {
  private static final PostDiscoveryFilter PARTS = includeTags("parts");
  private static final PostDiscoveryFilter ALL_BUT_THE_SLOW = excludeTags("concurrency", "timeout");

  /** A rating and what stands beside one: for these the whole contract is run by default. */
  private static final Set<Part> SAMPLE = Set.of(Part.SCORE, Part.COMMENT);

  @ParameterizedTest
  @EnumSource(Part.class)
  void aPartLeftOutInSilenceFailsTheFactsOfThatPartAndNothingElse(Part part) {
    boolean whole = Boolean.getBoolean("feedback.tests.full") || SAMPLE.contains(part);
    TestExecutionSummary summary =
        run(FalseDeclaration.OMITS, part, whole ? ALL_BUT_THE_SLOW : PARTS);
    assertThat(failed(summary)).isEqualTo(theFactsOf(part));
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(summary.getTestsFailedCount());
  }

  @ParameterizedTest
  @EnumSource(names = {"SCORE", "COMMENT", "WEIGHT"})
  void aPartDeclaredAndThenReportedAsDroppedFailsTheFactsOfThatPart(Part part) {
    assertThat(failed(run(FalseDeclaration.DROPS, part, PARTS))).isEqualTo(theFactsOf(part));
  }

  @ParameterizedTest
  @EnumSource(names = {"SCORE", "COMMENT", "WEIGHT"})
  void aLossDeclaredAndThenNotNotedFailsTheFactsOfThatPart(Part part) {
    assertThat(failed(run(FalseDeclaration.NOTES_NOTHING, part, PARTS)))
        .isEqualTo(theFactsOf(part));
  }

  @ParameterizedTest
  @EnumSource(names = {"SCORE", "COMMENT", "WEIGHT"})
  void aPartSentThoughDeniedFailsTheFactsOfThatPart(Part part) {
    assertThat(failed(run(FalseDeclaration.UNDERSTATES, part, PARTS))).isEqualTo(theFactsOf(part));
  }

  @Test
  void aScoreThatBecomesAThumbInSilenceFailsTheFactsOfThatPart() {
    assertThat(failed(run(FalseDeclaration.COARSENS, Part.SCORE, PARTS)))
        .isEqualTo(theFactsOf(Part.SCORE));
  }

  @ParameterizedTest
  @EnumSource(names = {"SCORE", "COMMENT", "WEIGHT"})
  void aPartNotKeptAndDeclaredSoPasses(Part part) {
    TestExecutionSummary summary = run(FalseDeclaration.OWNS_UP, part, PARTS);
    assertThat(failed(summary)).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isPositive();
  }

  private static TestExecutionSummary run(
      FalseDeclaration declaration, Part part, PostDiscoveryFilter facts) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            request()
                .selectors(selectClass(FalseDeclarationContract.class))
                .filters(includeEngines("junit-jupiter"), facts)
                .configurationParameter("declaration", declaration.name())
                .configurationParameter("part", part.name())
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .build(),
            listener);
    return listener.getSummary();
  }

  private static Set<String> failed(TestExecutionSummary summary) {
    return summary.getFailures().stream()
        .map(failure -> fact(failure.getTestIdentifier()))
        .collect(toCollection(TreeSet::new));
  }

  private static String fact(TestIdentifier failed) {
    return failed.getSource().map(MethodSource.class::cast).orElseThrow().getMethodName()
        + ": "
        + failed.getDisplayName();
  }

  private static Set<String> theFactsOf(Part part) {
    Stream<String> submits =
        Stream.of(
                "everyPartIsInTheRequestOrRefusedAsDeclared: ",
                "everyPartIsInTheRequestOrOnTheReceiptAsALossWhenLossesAreAccepted: ")
            .flatMap(
                fact ->
                    Stream.of(
                            "SUBMIT",
                            "SUBMIT_ASYNC",
                            "SUBMIT_ALL",
                            "SUBMIT_ALL_ASYNC",
                            "SUBMIT_EACH")
                        .map(way -> fact + part + " by " + way));
    Stream<String> updates =
        Stream.of(
            "anUpdateKeepsOrRefusesEveryPartAsDeclared: " + part,
            "anUpdateKeepsOrReportsEveryPartWhenLossesAreAccepted: " + part);
    return Stream.concat(submits, updates).collect(toCollection(TreeSet::new));
  }
}
