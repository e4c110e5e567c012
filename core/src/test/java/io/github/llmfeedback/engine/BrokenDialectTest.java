package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.fanout.FanOut;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A dialect that dies of an error, as where the class path has another Jackson than it was made
 * for, causes no hang, and does not affect other calls.
 */
@Timeout(60)
class BrokenDialectTest {
  @AutoClose
  private final LoopbackServer server =
      new LoopbackServer().answerAll(seen -> Reply.of(200, "{\"ids\":[]}"));

  private final ClientSettings settings = ToyClient.impatient().concurrency(1).build();

  private static boolean isBad(List<List<Map<String, Object>>> feedbacks) {
    return feedbacks.toString().contains("t15");
  }

  /** Of 30 feedbacks in lists of ten, the second list cannot be sent. */
  private List<Outcome> outcomes(ToyDialect dialect) {
    try (ToyClient client = new ToyClient(server.url(), dialect, settings)) {
      CompletableFuture<List<Outcome>> outcomes = client.submitAllAsync(ToyClient.many(30));
      Await.isDone(outcomes);
      return outcomes.join();
    }
  }

  private static void isSecondListAlone(List<Outcome> outcomes, Class<?> failure) {
    assertThat(outcomes).hasSize(30);
    for (Outcome outcome : outcomes) {
      boolean bad = outcome.index() / 10 == 1;
      assertThat(outcome.error().isPresent()).isEqualTo(bad);
      outcome.error().ifPresent(error -> assertThat(error).isInstanceOf(failure));
    }
  }

  @Test
  void inMakingARequestItCostsItsListAlone() {
    ToyDialect broken =
        new ToyDialect() {
          @Override
          public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
            if (isBad(feedbacks)) {
              throw new NoClassDefFoundError("another Jackson");
            }
            return super.request(feedbacks);
          }
        };
    List<Outcome> outcomes = outcomes(broken);
    isSecondListAlone(outcomes, UndeliveredFeedbackException.class);
    outcomes.stream().flatMap(o -> o.error().stream()).forEach(BrokenDialectTest::isCalledWhatItIs);
    assertThat(server.count()).isEqualTo(2);
  }

  private static void isCalledWhatItIs(Throwable thrown) {
    assertThat(thrown)
        .hasMessage(
            "toy was sent nothing: a class is missing, or of another version than this library was"
                + " made for; check the versions of Jackson, OkHttp, Okio and Kotlin on the class"
                + " path (java.lang.NoClassDefFoundError: another Jackson); it was not stored")
        .hasRootCauseMessage("java.lang.NoClassDefFoundError: another Jackson")
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(UndeliveredFeedbackException.Reason.LINKAGE);
              assertThat(e.mayHaveArrived()).isFalse();
              assertThat(e.attempts()).isZero();
            });
  }

  /** Every way in, the client's and a fan-out's; no fault of the feedback, nothing in doubt. */
  @Test
  void aLinkageErrorBeforeAnythingIsSentIsCalledWhatItIs() {
    ToyDialect inEncoding =
        new ToyDialect() {
          @Override
          public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
            throw new NoClassDefFoundError("another Jackson");
          }
        };
    ToyDialect inWriting =
        new ToyDialect() {
          @Override
          public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
            throw new NoClassDefFoundError("another Jackson");
          }
        };
    for (ToyDialect broken : List.of(inEncoding, inWriting)) {
      try (ToyClient client = new ToyClient(server.url(), broken, settings)) {
        Feedback feedback = ToyClient.on("a");
        isCalledWhatItIs(catchThrowable(() -> client.submit(feedback)));
        isCalledWhatItIs(client.submitAsync(feedback).handle((ok, error) -> error).join());
        isCalledWhatItIs(client.submitAll(List.of(feedback)).get(0).error().orElseThrow());
        isCalledWhatItIs(
            client.submitAllAsync(List.of(feedback)).join().get(0).error().orElseThrow());
        client.submitEach(
            List.of(feedback).iterator(),
            outcome -> isCalledWhatItIs(outcome.error().orElseThrow()));
        FanOut fanOut = FanOut.builder().add("a", client).build();
        isCalledWhatItIs(
            fanOut
                .submit(Feedback.on(Target.shared("a")).comment("word").build())
                .values()
                .iterator()
                .next()
                .error()
                .orElseThrow());
      }
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void aLinkageErrorInTheHttpClientIsCalledSoAndNotTriedAgain() {
    AtomicInteger attempts = new AtomicInteger();
    OkHttpClient another =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  attempts.incrementAndGet();
                  throw new NoSuchMethodError("another OkHttp");
                })
            .build();
    try (ToyClient client =
        new ToyClient(
            server.url(), new ToyDialect(), settings.newBuilder().httpClient(another).build())) {
      assertThatThrownBy(() -> client.submit(ToyClient.on("a")))
          .hasMessageContaining("a class is missing, or of another version")
          .hasMessageEndingWith("; it was not stored")
          .isInstanceOfSatisfying(
              UndeliveredFeedbackException.class,
              e -> assertThat(e.reason()).isEqualTo(UndeliveredFeedbackException.Reason.LINKAGE));
    }
    assertThat(attempts).hasValue(1);
    assertThat(server.count()).isZero();
  }

  @Test
  void inJudgingAnAnswerItIsNoYes() {
    for (Throwable bug : List.of(new IllegalStateException("bug"), new StackOverflowError("bug"))) {
      ToyDialect broken =
          new ToyDialect() {
            @Override
            public Verdict verdict(ProviderResponse answer, WireRequest request) {
              if (bug instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) bug;
            }
          };
      assertThat(outcomes(broken))
          .hasSize(30)
          .allMatch(outcome -> outcome.error().orElseThrow().mayHaveArrived());
    }
    assertThat(server.count()).as("and nothing is sent again").isEqualTo(6);
  }

  @Test
  void inReadingAnAnswerItCostsItsListAlone() {
    ToyDialect broken =
        new ToyDialect() {
          @Override
          public List<List<String>> decode(
              ProviderResponse answer, List<List<Map<String, Object>>> feedbacks) {
            if (isBad(feedbacks)) {
              throw new NoClassDefFoundError("another Jackson");
            }
            return super.decode(answer, feedbacks);
          }
        };
    isSecondListAlone(outcomes(broken), UnreadableResponseException.class);
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void inEncodingItCostsOneFeedbackAndComesThroughTheFuture() {
    ToyDialect broken =
        new ToyDialect() {
          @Override
          public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
            if (thing.equals("t15")) {
              throw new NoClassDefFoundError("another Jackson");
            }
            return super.encode(feedback, thing, losses);
          }
        };
    assertThat(outcomes(broken)).filteredOn(outcome -> !outcome.isAccepted()).hasSize(1);
    try (ToyClient client = new ToyClient(server.url(), broken, settings)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(ToyClient.on("t15"));
      assertThat(receipt.handle((ok, error) -> error).join())
          .satisfies(BrokenDialectTest::isCalledWhatItIs);
    }
  }
}
