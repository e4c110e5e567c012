package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to calls that are pending when a JVM exits; each program runs in its own JVM. */
@Timeout(120)
class ExitTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private static ToyClient client(String url, ClientSettings.Builder settings) {
    return new ToyClient(url, ToyDialect.plain(), settings.build());
  }

  private static void submit(ToyClient client, int count) {
    for (Feedback feedback : ToyClient.many(count)) {
      var unused =
          client
              .submitAsync(feedback)
              .whenComplete((receipt, error) -> System.out.print(error == null ? '+' : '-'));
    }
  }

  private Program program(Class<?> main) {
    return new Program(List.of(), main, server.url());
  }

  /** Submits, drops the future, and exits. */
  static final class FireAndForget {
    private FireAndForget() {}

    public static void main(String[] args) {
      submit(client(args[0], ClientSettings.builder().concurrency(4)), 100);
    }
  }

  @Test
  void aJvmThatComesToItsEndWaitsForPendingCallsAndTheirCallbacks() throws InterruptedException {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(5)));
    try (Program program = program(FireAndForget.class)) {
      assertThat(program.output(PATIENCE)).isEqualTo("+".repeat(100));
    }
    assertThat(server.count()).isEqualTo(100);
  }

  /** Waits to be terminated, while calls are pending. */
  static final class Service {
    private Service() {}

    public static void main(String[] args) {
      submit(client(args[0], ClientSettings.builder().concurrency(4)), 100);
      System.out.print("=");
      while (true) {
        LockSupport.park();
      }
    }
  }

  @Test
  void aJvmThatIsTerminatedWaitsForPendingCalls() throws InterruptedException {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    try (Program program = program(Service.class)) {
      Await.isTrue("four requests came", () -> server.count() == 4 && program.hasPrinted("="));
      program.terminate();
      gate.open();
      assertThat(program.outputOfTheTerminated(PATIENCE)).isEqualTo("=" + "+".repeat(100));
    }
    assertThat(server.count()).isEqualTo(100);
  }

  /** Still submits during shutdown, in its own shutdown hook. */
  static final class Drained {
    private Drained() {}

    public static void main(String[] args) {
      ToyClient client = client(args[0], ClientSettings.builder());
      submit(client, 1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> System.out.print(client.submit(ToyClient.on("late")).attempts())));
    }
  }

  @Test
  void whatTheApplicationSubmitsWhileItIsDrainedGetsThrough() throws InterruptedException {
    server.answerAll(seen -> Reply.of(200, "{}").after(Duration.ofMillis(50)));
    try (Program program = program(Drained.class)) {
      assertThat(program.output(PATIENCE)).contains("1", "+");
    }
    assertThat(server.count()).isEqualTo(2);
  }

  /** Has a call that never ends. */
  static final class Stuck {
    private Stuck() {}

    public static void main(String[] args) {
      submit(client(args[0], ClientSettings.builder().closeTimeout(Duration.ofMillis(300))), 3);
    }
  }

  @Test
  void itWaitsNoLongerThanTheCloseTimeoutAndSaysWhatIsLeft() throws InterruptedException {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (Program program = program(Stuck.class)) {
      assertThat(program.output(PATIENCE)).isEmpty();
      assertThat(program.errors())
          .contains("WARN")
          .contains("the JVM exits while 3 asynchronous calls are pending");
    }
  }

  /** Has switched the waiting at exit off. */
  static final class Careless {
    private Careless() {}

    public static void main(String[] args) {
      ClientSettings.Builder settings =
          ClientSettings.builder().closeTimeout(Duration.ofHours(1)).waitAtExit(false);
      submit(client(args[0], settings), 3);
    }
  }

  @Test
  void whoDoesNotWantItIsNotWaitedFor() throws InterruptedException {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (Program program = program(Careless.class)) {
      assertThat(program.output(PATIENCE)).isEmpty();
    }
  }

  /** Has nothing pending any longer, and has not closed its client. */
  static final class Done {
    private Done() {}

    public static void main(String[] args) {
      ToyClient client =
          client(args[0], ClientSettings.builder().closeTimeout(Duration.ofHours(1)));
      client.submit(ToyClient.on("a"));
      client.submitAsync(ToyClient.on("b")).join();
      System.out.print("done");
    }
  }

  @Test
  void withNothingPendingTheJvmExitsAtOnce() throws InterruptedException {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (Program program = program(Done.class)) {
      assertThat(program.output(PATIENCE)).isEqualTo("done");
    }
  }

  @Test
  void theJvmKnowsTheHookOnlyWhileSomethingIsPendingAndASecondAfter() {
    ManualTime time = new ManualTime();
    ExitHook hook = new ExitHook(true, Duration.ofSeconds(10), time, () -> {}, left -> {});
    assertThat(hook.isRegistered()).isFalse();
    hook.begin();
    assertThat(hook.isRegistered()).isTrue();
    hook.end();
    time.advance(Duration.ofMillis(600));
    hook.begin();
    hook.end();
    time.advance(Duration.ofMillis(600));
    assertThat(hook.isRegistered()).as("idle for 0.6 s").isTrue();
    assertThat(time.alarms()).as("one alarm at a time").hasSize(1);
    time.advance(Duration.ofMillis(400));
    assertThat(hook.isRegistered()).as("idle for 1 s").isFalse();
    assertThat(time.alarms()).isEmpty();
  }

  @Test
  void closingRemovesTheHookForGood() {
    ManualTime time = new ManualTime();
    ExitHook hook = new ExitHook(true, Duration.ofSeconds(10), time, () -> {}, left -> {});
    hook.begin();
    hook.close();
    assertThat(hook.isRegistered()).isFalse();
    hook.begin();
    assertThat(hook.isRegistered()).isFalse();
  }
}
