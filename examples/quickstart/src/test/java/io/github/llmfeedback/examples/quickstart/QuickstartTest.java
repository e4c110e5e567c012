package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.quickstart.sandbox.PretendLlm;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.humanloop.HumanloopFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  /** What one whole tour printed, which takes seconds. */
  private static String tour = "";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @BeforeAll
  static void takeTheTour() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Map<String, String> environment = Map.of("PORTKEY_API_KEY", "pk-never-printed");

    assertThat(Quickstart.run(List.of(), environment, out)).isZero();

    tour = bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theTourEndsWithATableOfWhatEachProviderKeeps() {
    String table = tour.substring(tour.indexOf("  provider "));
    assertThat(table.lines().takeWhile(line -> !line.isBlank()).map(QuickstartTest::masked))
        .containsExactly(
            "provider kept lost ids requests ms",
            "-",
            "portkey 1,003 0 1,004 14 #",
            "humanloop 3 0 3 2 #",
            "helicone 1 2 0 # #",
            "baseplate 1 1 0 1 #");
  }

  /** Widths, times, and how often Helicone is asked until it has stored, differ each run. */
  private static String masked(String line) {
    return line.strip()
        .replaceAll(" +", " ")
        .replaceAll("-+", "-")
        .replaceAll("[0-9,]+$", "#")
        .replaceAll("^(helicone .*) [0-9]+ #$", "$1 # #");
  }

  @Test
  void theTourShowsEveryStep() {
    assertThat(tour)
        .contains("thumbs up to Portkey: ACCEPTED, 1 id")
        .contains("a comment to Humanloop: ACCEPTED")
        .contains("five stars to Portkey")
        .contains("250 of 1000", "1000 accepted, 0 failed")
        .contains("the thumb at Portkey is down now, same id: true")
        .contains("helicone would lose [COMMENT DROPPED")
        .contains("helicone, waited for: STORED")
        .contains("helicone: ACCEPTED, losses [COMMENT DROPPED");
  }

  @Test
  void whatAKilledProcessStoredIsDeliveredOnceByTheNext() {
    assertThat(tour)
        .containsSubsequence(
            "500 added: 0 delivered, 0 rejected, 0 superseded, 0 dropped, 0 parked, 0 claimed, 500"
                + " pending",
            "Now the process is killed",
            "500 added: 500 delivered, 0 rejected, 0 superseded, 0 dropped, 0 parked, 0 claimed, 0"
                + " pending",
            "Portkey keeps 500 feedbacks on 500 answers: 0 duplicates.");
  }

  @Test
  void noLineIsLongerThan100Columns() {
    assertThat(tour.lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void keysInTheEnvironmentAreMentionedAndNeitherUsedNorPrinted() {
    assertThat(tour)
        .contains("Keys found in the environment and not used: portkey")
        .contains("--real portkey=<traceId>")
        .doesNotContain("pk-never-printed");
  }

  @Test
  void wrongArgumentsAreExplainedBeforeAnythingRuns() {
    assertThat(Quickstart.run(List.of("--real"), Map.of(), out)).isEqualTo(2);
    assertThat(Quickstart.run(List.of("--real", "portkey"), Map.of(), out)).isEqualTo(2);
    assertThat(Quickstart.run(List.of("--real", "acme=1"), Map.of(), out)).isEqualTo(2);
    assertThat(Quickstart.run(List.of("portkey=1"), Map.of(), out)).isEqualTo(2);

    assertThat(printed())
        .contains("'portkey' must be provider=id")
        .contains("'acme' must be one of [portkey, humanloop, helicone, baseplate]")
        .contains("usage: [--real")
        .doesNotContain("An LLM answers");
  }

  @Test
  void theNamedProvidersGetOneThumbAndOneUpdateAndNoBatch() {
    try (Sandbox sandbox = Sandbox.start()) {
      PretendLlm.Answer answer = new PretendLlm(sandbox).ask("Why?");
      Map<String, Supplier<FeedbackClient>> factories = new LinkedHashMap<>();
      factories.put(
          "portkey",
          () ->
              PortkeyFeedbackClient.builder(sandbox.portkeyKey())
                  .baseUrl(sandbox.portkeyBaseUrl())
                  .build());
      factories.put(
          "humanloop",
          () ->
              HumanloopFeedbackClient.builder(sandbox.humanloopKey())
                  .baseUrl(sandbox.humanloopBaseUrl())
                  .build());
      Map<String, String> targets = new LinkedHashMap<>();
      targets.put("portkey", answer.portkeyTraceId());
      targets.put("humanloop", answer.humanloopDatapointId());

      assertThat(new RealProviders(factories, new Screen(out)).send(targets)).isTrue();

      assertThat(sandbox.requests("portkey")).isEqualTo(2);
      assertThat(sandbox.kept("portkey")).isEqualTo(1);
      assertThat(sandbox.requests("humanloop")).isEqualTo(1);
      assertThat(printed()).contains("no update: this provider has none");
    }
  }

  @Test
  void aMissingKeyNamesItsVariable() {
    Map<String, Supplier<FeedbackClient>> factories =
        Map.of("portkey", () -> PortkeyFeedbackClient.create(null));

    assertThat(new RealProviders(factories, new Screen(out)).send(Map.of("portkey", "t")))
        .isFalse();

    assertThat(printed()).contains("PORTKEY_API_KEY");
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
