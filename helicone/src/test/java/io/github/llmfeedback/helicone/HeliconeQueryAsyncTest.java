package io.github.llmfeedback.helicone;

import static io.github.llmfeedback.helicone.HeliconeFilter.positive;
import static io.github.llmfeedback.helicone.HeliconeRows.page;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HeliconeQueryAsyncTest extends HeliconeClientFixture {
  private static final String NONE = "{\"data\":[],\"error\":null}";
  private static final HeliconeQuery QUERY = HeliconeQuery.where(positive()).pageSize(2);

  private final List<String> read = Collections.synchronizedList(new ArrayList<>());

  private CompletableFuture<Long> read(HeliconeQuery query) {
    return client.queryAsync(query, request -> read.add(request.requestId()));
  }

  @Test
  void requestsArePassedOnInOrderAndCounted() {
    server
        .enqueue(201, page("a up 12:00:09", "b up 12:00:08"))
        .enqueue(201, page("b up 12:00:08", "c up 12:00:07"))
        .enqueue(201, page("c up 12:00:07"))
        .enqueue(201, NONE);

    assertThat(read(QUERY).join()).isEqualTo(3);
    assertThat(read).containsExactly("a", "b", "c");
    assertThat(server.count()).isEqualTo(4);
  }

  @Test
  void limitAndOffsetHold() {
    server.enqueue(201, page("a up 12:00:09", "b up 12:00:08"));
    assertThat(read(QUERY.offset(1).limit(1)).join()).isEqualTo(1);
    assertThat(read).containsExactly("b");
    assertThat(read(QUERY.limit(0)).join()).isZero();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void pageIsAskedForWhenAllOfTheOneBeforeWasPassedOn() throws Exception {
    server.enqueue(201, page("a up 12:00:09", "b up 12:00:08")).enqueue(201, NONE);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);

    CompletableFuture<Long> end =
        client.queryAsync(
            QUERY,
            request -> {
              if (request.requestId().equals("b")) {
                reached.countDown();
                await(goOn);
              }
            });

    await(reached);
    assertThat(server.count()).isEqualTo(1);
    assertThat(end).isNotDone();
    goOn.countDown();
    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void whatTheReceiverThrowsEndsTheReading() {
    server.answerAll(seen -> Reply.of(201, page("a up 12:00:09", "b up 12:00:08")));
    IllegalStateException mine = new IllegalStateException("full");

    CompletableFuture<Long> end =
        client.queryAsync(
            QUERY,
            request -> {
              read.add(request.requestId());
              throw mine;
            });

    assertThat(error(end)).isSameAs(mine);
    assertThat(read).containsExactly("a");
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void errorOfAPageComesThroughTheFutureAfterWhatWasRead() {
    server.enqueue(201, page("a up 12:00:09", "b up 12:00:08")).enqueue(400, "{}");

    assertThat(error(read(QUERY)))
        .isInstanceOfSatisfying(
            RejectedFeedbackException.class, e -> assertThat(e.status()).isEqualTo(400));
    assertThat(read).containsExactly("a", "b");
  }

  @Test
  void cancellingEndsTheReading() {
    server.enqueue(Reply.fault(Reply.Fault.NEVER_ANSWERED));
    CompletableFuture<Long> end = read(QUERY);
    server.take();

    end.cancel(false);

    server.enqueue(201, NONE);
    assertThat(client.query(QUERY)).isEmpty(); // and the client goes on
    assertThat(read).isEmpty();
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void requestsArePassedOnOnTheExecutorOfTheSettings() {
    ExecutorService mine = Executors.newSingleThreadExecutor(task -> new Thread(task, "mine"));
    server.enqueue(201, page("a up 12:00:09")).enqueue(201, NONE);
    try (HeliconeFeedbackClient other =
        HeliconeFeedbackClient.builder(KEY)
            .baseUrl(server.url())
            .settings(ClientSettings.builder().callbackExecutor(mine).build())
            .build()) {
      other
          .queryAsync(QUERY.limit(1), request -> read.add(Thread.currentThread().getName()))
          .join();
    } finally {
      mine.shutdown();
    }
    assertThat(read).containsExactly("mine");
  }

  @Test
  void closedClientReadsNothing() {
    client.close();
    assertThat(error(read(QUERY)))
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> assertThat(e.reason()).isEqualTo(UndeliveredFeedbackException.Reason.CLOSED));
    assertThat(server.count()).isZero();
  }

  @Test
  void nullsAreNamed() {
    assertThat(error(client.queryAsync(Absent.absent(), request -> {})))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("query must not be null");
    assertThat(error(client.queryAsync(QUERY, Absent.absent())))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("each must not be null");
  }

  private static Throwable error(CompletableFuture<Long> end) {
    assertThat(end).failsWithin(Duration.ofSeconds(10));
    return end.handle((count, error) -> error).join();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
