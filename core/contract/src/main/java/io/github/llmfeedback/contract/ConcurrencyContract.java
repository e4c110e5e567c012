package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One client serves a whole application, from many threads. */
interface ConcurrencyContract extends ClientUnderTest {
  /** How many feedbacks each of the threads submits; the profile full has 200 for all clients. */
  default int feedbacksPerThread() {
    return Boolean.getBoolean("feedback.tests.full") ? 200 : 50;
  }

  @Tag("concurrency")
  @ResourceLock(
      "processor") // alone: it uses all processors, which would disturb tests that measure time
  @ParameterizedTest(name = "by {0}")
  @EnumSource(names = {"SUBMIT", "SUBMIT_ASYNC", "SUBMIT_ALL"})
  default void sixtyFourThreadsOnOneClientLoseAndMixUpNothing(Way way) throws Exception {
    int each = feedbacksPerThread();
    server().answerAll(this::accept);
    List<Feedback> feedbacks = plain(64 * each);
    List<Outcome> outcomes = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try (FeedbackClient client = open(patient())) {
      List<Callable<List<Outcome>>> shares = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        List<Feedback> share = feedbacks.subList(i * each, (i + 1) * each);
        shares.add(() -> way.hand(client, share));
      }
      for (Future<List<Outcome>> share : threads.invokeAll(shares)) {
        outcomes.addAll(share.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(outcomes).hasSameSizeAs(feedbacks);
    for (Outcome outcome : outcomes) {
      String id = idOf(outcome.feedback());
      assertThat(outcome.orThrow().target()).isEqualTo(id);
      assertThat(outcome.orThrow().ids()).allMatch(own -> own.contains(id));
    }
    List<String> seen = new ArrayList<>();
    server().takeAll().forEach(request -> seen.addAll(targetIds(request)));
    assertThat(seen).hasSameSizeAs(feedbacks);
    Set<String> sent = new HashSet<>(feedbacks.stream().map(this::idOf).toList());
    assertThat(new HashSet<>(seen)).isEqualTo(sent);
  }

  /** Bounds and timeouts that allow all calls at once, even on a busy machine. */
  private ClientSettings patient() {
    return quick()
        .maxPending(64 * feedbacksPerThread())
        .totalTimeout(Duration.ofMinutes(2))
        .build();
  }
}
