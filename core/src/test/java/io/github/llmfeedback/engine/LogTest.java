package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The build lets the tests' logger write every level to the standard error stream. */
class LogTest {
  private static final Feedback SECRETIVE =
      Feedback.on("t").comment("w0rds-of-a-person").author("a-person-s-1d").build();

  private final LoopbackServer server = new LoopbackServer();
  private final ClientSettings settings =
      ToyClient.impatient().lossPolicy(LossPolicy.tolerating(Part.AUTHOR)).build();
  private final ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings);
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream before = System.err;

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    System.setErr(before);
    client.close();
    server.close();
  }

  private List<String> lines() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("io.github.llmfeedback.toy"))
        .toList();
  }

  @Test
  void everyAttemptIsALineAtDebug() {
    server.enqueue(429, "{}").enqueue(200, "{}");

    client.submit(SECRETIVE);

    assertThat(lines())
        .filteredOn(line -> line.contains("DEBUG"))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .contains("toy POST 127.0.0.1: 429 BUSY")
                    .containsPattern("attempt 1 after [0-9]+ ms"),
            line ->
                assertThat(line)
                    .contains("toy POST 127.0.0.1: 200 ACCEPTED")
                    .containsPattern("attempt 2 after [0-9]+ ms"));
  }

  @Test
  void whatACheckFindsGoesToTheCallerAndNotIntoTheLog() {
    assertThat(client.check(SECRETIVE))
        .singleElement()
        .satisfies(loss -> assertThat(loss.part()).isEqualTo(Part.AUTHOR));

    assertThat(lines()).isEmpty();
    assertThat(server.count()).isZero();
  }

  @Test
  void whatIsLostByPolicyIsALineAtWarn() {
    server.enqueue(200, "{}");

    client.submit(SECRETIVE);

    assertThat(lines())
        .filteredOn(line -> line.contains("WARN"))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("toy loses AUTHOR DROPPED"));
  }

  @Test
  void aLossIsALineAtWarnOncePerPartAndKindAndAtDebugFromThenOn() {
    Loss.Kind coarser = Loss.Kind.APPROXIMATED;
    ToyDialect coarse =
        new ToyDialect(
            Capabilities.of("toy")
                .with(Support.NATIVE, Part.COMMENT)
                .with(Support.APPROXIMATED, Part.SCORE));
    ClientSettings any = ToyClient.impatient().lossPolicy(LossPolicy.ANY).build();
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient other = new ToyClient(server.url(), coarse, any)) {
      for (int i = 0; i < 100; i++) {
        Receipt receipt =
            other.submit(Feedback.on("t").score(0.7, 0, 1).comment("w").author("a").build());
        assertThat(receipt.losses())
            .extracting(Loss::kind)
            .containsExactlyInAnyOrder(coarser, Loss.Kind.DROPPED);
      }
    }
    assertThat(lines())
        .filteredOn(line -> line.contains("WARN"))
        .satisfiesExactlyInAnyOrder(
            line ->
                assertThat(line)
                    .contains("toy loses AUTHOR DROPPED (toy keeps no AUTHOR) by policy")
                    .endsWith("this is said once, every receipt lists its losses"),
            line -> assertThat(line).contains("toy loses SCORE APPROXIMATED"));
    assertThat(lines())
        .filteredOn(line -> line.contains("DEBUG") && line.contains("toy loses AUTHOR DROPPED"))
        .as("each of the others")
        .hasSize(99);

    client.submit(SECRETIVE);
    assertThat(lines())
        .filteredOn(line -> line.contains("WARN") && line.contains("toy loses AUTHOR DROPPED"))
        .as("once for each client")
        .hasSize(2);
  }

  @Test
  void whatIsGivenUpIsALineAtWarn() {
    server.enqueue(401, "{}");

    Throwable thrown = catchThrowable(() -> client.submit(SECRETIVE));

    assertThat(thrown).isNotNull();
    assertThat(lines()).anyMatch(line -> line.contains("WARN") && line.contains("gave up: toy"));
  }

  @Test
  void manyThatAreGivenUpAreOneLineASecondThatCountsThem() {
    ManualTime time = new ManualTime();
    server.answerAll(seen -> Reply.of(401, "{}"));
    List<String> logged =
        LogLines.during(
            () -> {
              try (ToyClient client =
                  new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
                for (int i = 0; i < 100; i++) {
                  Await.isDone(client.submitAsync(ToyClient.on("a")));
                }
                time.advance(Duration.ofSeconds(1));
                for (int i = 0; i < 50; i++) {
                  Await.isDone(client.submitAsync(ToyClient.on("a")));
                }
              } // tells what was not counted yet
            });
    assertThat(logged)
        .filteredOn(line -> line.contains("WARN"))
        .satisfiesExactly(
            line -> assertThat(line).contains("gave up: toy answered 401"),
            line -> assertThat(line).contains("gave up on 99 more calls"),
            line -> assertThat(line).contains("gave up on 50 more calls"));
  }

  @Test
  void whatIsRefusedBecauseTheClientIsFullOrClosedIsCalledSo() {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    ToyClient full =
        new ToyClient(server.url(), ToyDialect.plain(), ToyClient.settings().maxPending(1).build());
    var unused = full.submitAsync(ToyClient.on("a"));
    assertThatThrownBy(() -> full.submit(ToyClient.on("b")))
        .hasMessage(
            "the toy client has too much in flight already; wait, or raise the settings'"
                + " maxPending or maxPendingBytes; it was not stored");
    gate.open();
    full.close();
    assertThatThrownBy(() -> full.submit(ToyClient.on("b")))
        .hasMessage("the toy client is closed; it was not stored");
  }

  @Test
  void whatIsRefusedBeforeItIsSentIsLoggedForTheFutureMayBeIgnored() {
    var unused = client.submitAsync(Feedback.on("t").comment("fine").issue("w0rds").build());

    assertThat(lines())
        .singleElement(STRING)
        .contains("WARN")
        .endsWith("gave up: toy was sent nothing: [ISSUE DROPPED (toy keeps no ISSUE)]")
        .doesNotContain("w0rds");
    assertThat(server.count()).isZero();
  }

  @Test
  void whatIsSubmittedAfterACloseThatTimedOutIsLoggedToo() {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    ClientSettings soon = ToyClient.settings().closeTimeout(Duration.ofMillis(1)).build();
    ToyClient late = new ToyClient(server.url(), ToyDialect.plain(), soon);
    var unused = late.submitAsync(ToyClient.on("a"));
    late.close();
    assertThat(lines()).anyMatch(line -> line.contains("toy closes before 1 feedbacks"));

    unused = late.submitAsync(ToyClient.on("b"));

    assertThat(lines()).anyMatch(line -> line.contains("gave up: the toy client is closed"));
  }

  @Test
  void neitherWordsNorPeopleNorKeysAreEverLogged() {
    String echo = "{\"error\":\"w0rds-of-a-person a-person-s-1d " + ToyClient.KEY + "\"}";
    server.enqueue(200, "{}").enqueue(400, echo).enqueue(500, echo).enqueue(200, "<html>" + echo);

    for (int i = 0; i < 4; i++) {
      Throwable thrown = catchThrowable(() -> client.submit(SECRETIVE));
      if (thrown != null) {
        thrown.printStackTrace(); // as an application's logger would
      }
    }

    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("DEBUG", "WARN", "RejectedFeedbackException", "UnreadableResponseException")
        .doesNotContain("w0rds-of-a-person", "a-person-s-1d", ToyClient.KEY);
  }
}
