package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.spi.Losses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that come while the first of the JVM is being rehearsed. */
class FirstCallsTest {
  private final FirstCalls calls = new FirstCalls();
  private final SharedThreads threads = SharedThreads.acquire();
  private final ExitHook hook =
      new ExitHook(false, Duration.ZERO, new ManualTime(), () -> {}, left -> {});
  private final PendingWork pending = new PendingWork(hook);
  private final Callbacks callbacks = new Callbacks(threads, ClientSettings.defaults(), pending);
  private final CountDownLatch rehearsed = new CountDownLatch(1);
  private final List<String> begun = new ArrayList<>();
  private final List<String> neverBegun = new ArrayList<>();

  @AfterEach
  void release() {
    rehearsed.countDown();
    threads.release();
  }

  /** Work that ends when a test lets it. */
  private class Named extends Work<String> {
    private final String name;
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void begin() {
      begun.add(name);
    }

    @Override
    protected CompletableFuture<String> ended() {
      return ended;
    }

    @Override
    protected String result() {
      return ended.join();
    }

    @Override
    public void neverBegins() {
      neverBegun.add(name);
    }

    @Override
    protected void interrupt() {
      cancel();
    }

    @Override
    protected void cancel() {
      ended.complete("stopped");
    }
  }

  private void rehearse() {
    calls.rehearse(
        threads::run,
        () -> {
          try {
            rehearsed.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          throw new LinkageError("nor does a rehearsal that fails");
        });
  }

  private CompletableFuture<String> begin(Named work) {
    return calls.begin(work, callbacks);
  }

  @Test
  void theyBeginAfterItInTheirOrderAndLaterOnesAtOnce() {
    rehearse();
    Named first = new Named("first");
    Named second = new Named("second");
    CompletableFuture<String> one = begin(first);
    CompletableFuture<String> two = begin(second);
    assertThat(begun).isEmpty();
    assertThat(pending.isClosed()).isFalse();

    rehearsed.countDown();
    calls.await(Duration.ofSeconds(20));
    assertThat(begun).containsExactly("first", "second");
    second.ended.complete("2");
    first.ended.complete("1");
    assertThat(one.join()).isEqualTo("1");
    assertThat(two.join()).isEqualTo("2");

    var unused = begin(new Named("third"));
    assertThat(begun).containsExactly("first", "second", "third");
  }

  @Test
  void oneThatIsCancelledBeforeItBeginsNeverDoes() {
    rehearse();
    CompletableFuture<String> cancelled = begin(new Named("cancelled"));
    cancelled.cancel(false);
    rehearsed.countDown();
    calls.await(Duration.ofSeconds(20));
    assertThat(begun).isEmpty();
    assertThat(neverBegun).as("and hears of it, once").containsExactly("cancelled");
    assertThat(awaitsNothing()).as("nor does close() wait for it").isTrue();
  }

  @Test
  void oneThatIsStoppedOrCancelledAfterItBeganEnds() {
    rehearse();
    Named stopped = new Named("stopped");
    Named cancelled = new Named("cancelled");
    StoppableFuture<String> stoppable = (StoppableFuture<String>) begin(stopped);
    CompletableFuture<String> cancellable = begin(cancelled);
    CompletableFuture<String> result = stoppable.stop();
    rehearsed.countDown();
    assertThat(result.join()).isEqualTo("stopped");
    assertThat(stoppable.join()).isEqualTo("stopped");
    calls.await(Duration.ofSeconds(20));
    cancellable.cancel(false);
    assertThat(cancelled.ended).isCompletedWithValue("stopped");
    assertThat(awaitsNothing()).isTrue();
  }

  private boolean awaitsNothing() {
    pending.close();
    try {
      return pending.await(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void eachIsPendingOnceBeforeWhileAndAfterItBegins() {
    rehearse();
    List<Integer> whileItBegins = new ArrayList<>();
    Named work =
        new Named("counted") {
          @Override
          protected void begin() {
            whileItBegins.add(hook.pending());
          }

          @Override
          protected Teller teller(Runnable complete) {
            return callbacks.completion(complete);
          }
        };
    CompletableFuture<String> future = begin(work);
    assertThat(hook.pending()).isEqualTo(1);
    rehearsed.countDown();
    calls.await(Duration.ofSeconds(20));
    assertThat(whileItBegins).containsExactly(1);
    assertThat(hook.pending()).isEqualTo(1);
    work.ended.complete("1");
    assertThat(future.join()).isEqualTo("1");
    Await.isTrue("nothing is pending", () -> hook.pending() == 0);
  }

  @Test
  void oneThatCannotBeginFailsAndHoldsUpNoOther() {
    rehearse();
    CompletableFuture<String> broken =
        begin(
            new Named("broken") {
              @Override
              protected void begin() {
                throw new OutOfMemoryError("not really");
              }
            });
    Named next = new Named("next");
    CompletableFuture<String> another = begin(next);
    rehearsed.countDown();
    calls.await(Duration.ofSeconds(20));
    assertThat(begun).containsExactly("next");
    next.ended.complete("2");
    assertThat(another.join()).isEqualTo("2");
    Await.isDone(broken);
    assertThat(broken).isCompletedExceptionally();
    assertThat(awaitsNothing()).isTrue();
  }

  @Test
  void withoutAThreadForItCallsBeginAtOnce() {
    calls.rehearse(
        task -> {
          throw new OutOfMemoryError("not really");
        },
        () -> begun.add("rehearsed"));
    var unused = begin(new Named("first"));
    assertThat(begun).containsExactly("first");
  }

  @Test
  void onlyTheFirstIsRehearsed() {
    rehearsed.countDown();
    rehearse();
    calls.await(Duration.ofSeconds(20));
    calls.rehearse(Runnable::run, () -> begun.add("again"));
    assertThat(begun).isEmpty();
  }

  /** Submits at once in a new JVM, and closes; the rehearsal does not end before that. */
  static final class Hasty {
    public static void main(String[] args) {
      SlowRehearsal dialect = new SlowRehearsal(Thread.currentThread());
      CompletableFuture<Receipt> receipt;
      try (ToyClient client = new ToyClient(args[0], dialect, ToyClient.settings().build())) {
        receipt = client.submitAsync(on("a"));
      }
      System.out.print(receipt.join().attempts());
    }
  }

  /** Encodes nothing until a thread waits in a {@code close}. */
  private static final class SlowRehearsal extends ToyDialect {
    private final Thread closing;

    SlowRehearsal(Thread closing) {
      super(Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT));
      this.closing = closing;
    }

    @Override
    public List<Map<String, Object>> encode(Feedback feedback, String target, Losses losses) {
      Await.isTrue("the client is closing", this::isClosing);
      return super.encode(feedback, target, losses);
    }

    private boolean isClosing() {
      return closing.getState() == Thread.State.TIMED_WAITING
          && Arrays.stream(closing.getStackTrace())
              .anyMatch(frame -> frame.getMethodName().equals("close"));
    }
  }

  @Test
  void whatWasSubmittedBeforeTheEndOfTheRehearsalIsDeliveredByClose() throws Exception {
    try (LoopbackServer server = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
        Program program = new Program(List.of(), Hasty.class, server.url())) {
      assertThat(program.output(Duration.ofMinutes(1))).isEqualTo("1");
      assertThat(server.count()).isEqualTo(1);
    }
  }
}
