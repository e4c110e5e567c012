package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls with one key are sent in order and apart, whichever client of the process sends them. */
@Timeout(60)
class KeyedQueueTest {
  private static final Duration APART = Duration.ofMillis(1100);
  private static final Duration SOON = Duration.ofMillis(60);
  private static final Duration FOR_EVER = Duration.ofHours(1);

  /** When each request came, and what it said, in order. */
  private final Queue<Long> arrivals = new ConcurrentLinkedQueue<>();

  private final LoopbackServer server =
      new LoopbackServer()
          .answerAll(
              seen -> {
                arrivals.add(System.nanoTime());
                return Reply.of(200, "{}");
              });
  private final ManualTime time = new ManualTime();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(Duration apart) {
    return client(server.url(), apart, ToyClient.settings());
  }

  private static ToyClient client(String url, Duration apart, ClientSettings.Builder settings) {
    return new ToyClient(url, ToyDialect.repeatableOnes().apart(apart), settings.build());
  }

  private static Feedback word(int i) {
    return Feedback.on("a").comment("w" + i).build();
  }

  private void sentInOrderAndApart(int count, Duration apart) {
    assertThat(server.takeAll())
        .extracting(seen -> seen.body())
        .containsExactlyElementsOf(
            IntStream.range(0, count)
                .mapToObj(i -> "{\"id\":\"a\",\"COMMENT\":\"w" + i + "\"}")
                .toList());
    List<Long> at = List.copyOf(arrivals);
    for (int i = 1; i < count; i++) {
      assertThat(Duration.ofNanos(at.get(i) - at.get(i - 1))).isGreaterThanOrEqualTo(apart);
    }
  }

  @Test
  void clientsOfOneProcessKeepOrderAndDistanceAmongThem() {
    List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
    try (ToyClient one = client(SOON);
        ToyClient two = client(SOON);
        ToyClient three = client(SOON)) {
      List<ToyClient> clients = List.of(one, two, three);
      for (int i = 0; i < 12; i++) {
        receipts.add(clients.get(i % 3).submitAsync(word(i)));
      }
      receipts.forEach(CompletableFuture::join);
    }
    sentInOrderAndApart(12, SOON);
  }

  @Test
  void closedClientLeavesItsDistanceBehind() {
    for (int i = 0; i < 4; i++) {
      try (ToyClient next = client(Duration.ofMillis(300))) {
        next.submit(word(i));
      }
    }
    sentInOrderAndApart(4, Duration.ofMillis(300));
  }

  @Test
  void whoWaitsBehindTheCallOfAClientThatIsClosedIsWokenAllTheSame() {
    Duration apart = Duration.ofMillis(500);
    try (ToyClient last = client(apart)) {
      ToyClient first =
          client(server.url(), apart, ToyClient.settings().closeTimeout(Duration.ofMillis(1)));
      first.submit(word(0));
      CompletableFuture<Receipt> ended = first.submitAsync(word(7));
      CompletableFuture<Receipt> waiting = last.submitAsync(word(1));
      first.close();
      assertThat(ended).isCompletedExceptionally();
      Await.isDone(waiting);
      assertThat(waiting.join().attempts()).isEqualTo(1);
    }
    sentInOrderAndApart(2, apart);
  }

  @Test
  void otherKeysAndOtherPlacesDoNotWait() {
    try (LoopbackServer other = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
        ToyClient here = client(FOR_EVER);
        ToyClient there = client(other.url(), FOR_EVER, ToyClient.settings())) {
      assertThat(here.submit(on("a")).attempts()).isEqualTo(1);
      assertThat(here.submit(on("b")).attempts()).isEqualTo(1);
      assertThat(there.submit(on("a")).attempts()).isEqualTo(1);
    }
  }

  @Test
  void afterWhatStoredNothingTheNextGoesAtOnce() throws IOException {
    server.enqueue(401, "{}").enqueue(422, "{}").enqueue(429, "{}");
    server.enqueue(200, "{}");
    try (ToyClient client = timed(server.url())) {
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Receipt> refused = client.submitAsync(on("a"));
        Await.isDone(refused);
        assertThat(refused).isCompletedExceptionally();
        time.advance(Duration.ZERO);
      }
      CompletableFuture<Receipt> next = client.submitAsync(on("a"));
      Await.isDone(next);
      assertThat(next.join().attempts()).isEqualTo(1);
    }
    try (Socket bound = new Socket()) { // nobody listens there, and nobody else can
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      ToyClient client = timed("http://127.0.0.1:" + bound.getLocalPort());
      for (int i = 0; i < 2; i++) {
        CompletableFuture<Receipt> unsent = client.submitAsync(on("a"));
        Await.isDone(unsent);
        assertThat(unsent).isCompletedExceptionally();
      }
      client.close();
    }
  }

  @Test
  void afterWhatMayHaveBeenStoredTheNextWaits() {
    server.enqueue(500, "{}").enqueue(Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST));
    server.enqueue(200, "{}").enqueue(200, "{}");
    try (ToyClient client = timed(server.url())) {
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Receipt> now = client.submitAsync(on("a"));
        Await.isDone(now);
        CompletableFuture<Receipt> next = client.submitAsync(on("a"));
        time.awaitAlarm(APART);
        next.cancel(false);
        time.advance(APART);
      }
    }
    assertThat(server.count()).isEqualTo(3);
  }

  private ToyClient timed(String url) {
    return new ToyClient(
        url,
        ToyDialect.repeatableOnes().apart(APART),
        ToyClient.settings().maxRetries(0).build(),
        time);
  }

  @Test
  void nothingIsScheduledUnlessACallWaits() {
    KeyedQueue queue = new KeyedQueue(time, "here");
    KeyedQueue.Key key = queue.key("a");
    queue.enter(key, () -> true);
    queue.leave(key, APART);
    assertThat(time.alarms()).isEmpty();

    List<String> taken = new ArrayList<>();
    time.advance(Duration.ofMillis(100));
    queue.enter(key, () -> taken.add("second"));
    assertThat(time.alarms()).containsExactly(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(1));
    assertThat(taken).containsExactly("second");
    queue.leave(key, APART);
    time.advance(APART);
    queue.enter(key, () -> taken.add("third"));
    assertThat(taken).containsExactly("second", "third");
    assertThat(time.alarms()).isEmpty();
  }

  @Test
  void callThatEndedIsForgotten() {
    KeyedQueue queue = new KeyedQueue(time, "here");
    KeyedQueue.Key key = queue.key("a");
    List<String> taken = new ArrayList<>();
    BooleanSupplier late = () -> !taken.add("late");
    queue.enter(key, () -> true);
    queue.enter(key, late);
    queue.enter(key, () -> taken.add("next"));
    queue.forget(key, late);
    queue.forget(queue.key("b"), late);
    queue.leave(key, Duration.ZERO);
    time.advance(Duration.ZERO);
    assertThat(taken).containsExactly("next");
  }

  @Test
  void ifTheFirstThatWaitsIsForgottenTheSecondIsWoken() {
    KeyedQueue queue = new KeyedQueue(time, "here");
    KeyedQueue.Key key = queue.key("a");
    List<String> taken = new ArrayList<>();
    queue.enter(key, () -> true);
    queue.leave(key, APART);
    BooleanSupplier first = () -> taken.add("first");
    queue.enter(key, first);
    queue.enter(key, () -> !taken.add("unwilling"));
    queue.enter(key, () -> taken.add("third"));
    queue.forget(key, first);
    assertThat(time.alarms()).containsExactly(APART);
    time.advance(APART);
    assertThat(taken).containsExactly("unwilling", "third");
  }

  @Test
  void keysOfTheLastMomentsAloneAreRemembered() {
    KeyedQueue queue = new KeyedQueue(time, "here");
    for (int i = 0; i < 10_000; i++) {
      KeyedQueue.Key key = queue.key("k" + i);
      queue.enter(key, () -> true);
      if (i % 7 == 0) { // one that is forgotten while it waits
        BooleanSupplier late = () -> true;
        queue.enter(key, late);
        queue.forget(key, late);
      }
      queue.leave(key, i == 0 ? Duration.ofDays(1) : APART);
      if (i % 5 == 0) {
        queue.enter(queue.key("refused" + i), () -> false);
      }
      time.advance(Duration.ofMillis(1));
    }
    assertThat(queue.size()).isLessThanOrEqualTo(1102);
    time.advance(APART);
    queue.enter(queue.key("last"), () -> false);
    assertThat(queue.size()).as("only the one of a day").isEqualTo(1);
  }

  /** Better too soon than never. */
  @Test
  void withoutMemoryForAnAlarmItGoesAtOnce() {
    KeyedQueue queue =
        new KeyedQueue(
            new Time() {
              @Override
              public long nanoTime() {
                return time.nanoTime();
              }

              @Override
              public Instant now() {
                return time.now();
              }

              @Override
              public double random() {
                return time.random();
              }

              @Override
              public Alarm schedule(Runnable task, Duration delay) {
                throw new OutOfMemoryError("a test's");
              }
            },
            "here");
    KeyedQueue.Key key = queue.key("a");
    List<String> taken = new ArrayList<>();
    queue.enter(key, () -> taken.add("first"));
    queue.enter(key, () -> taken.add("second"));
    queue.leave(key, APART);
    queue.leave(key, APART);
    queue.enter(key, () -> taken.add("third"));
    assertThat(taken).containsExactly("first", "second", "third");
  }

  @Test
  void oneAtATimeAndNobodyIsLostWhateverTheThreadsDo() throws InterruptedException {
    SharedThreads threads = SharedThreads.acquire();
    try {
      KeyedQueue one = new KeyedQueue(threads, "threads");
      KeyedQueue two = new KeyedQueue(threads, "threads");
      List<Thread> callers = new ArrayList<>();
      List<String> held = new ArrayList<>(); // no lock: the key is one
      for (int i = 0; i < 4; i++) {
        KeyedQueue queue = i % 2 == 0 ? one : two;
        callers.add(
            new Thread(
                () -> {
                  for (int k = 0; k < 500; k++) {
                    hold(queue, held);
                  }
                }));
      }
      callers.forEach(Thread::start);
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(held).hasSize(2000);
    } finally {
      threads.release();
    }
  }

  private static void hold(KeyedQueue queue, List<String> held) {
    KeyedQueue.Key key = queue.key("a");
    BooleanSupplier stopped = () -> false;
    queue.enter(key, stopped);
    queue.forget(key, stopped);
    CompletableFuture<Void> given = new CompletableFuture<>();
    queue.enter(key, () -> given.complete(null));
    given.join();
    held.add("held");
    queue.leave(key, held.size() % 50 == 0 ? Duration.ofNanos(1000) : Duration.ZERO);
  }
}
