package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.UnreadableResponseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;

/**
 * Any response leads to a receipt or one of the documented errors within a bounded time, and none
 * of them shows the key, even if the server repeats it.
 */
public abstract class AnswerProperties {
  /** For subclasses. */
  protected AnswerProperties() {}

  /** The client, with its own server. */
  protected abstract ClientUnderTest newClient();

  /** Bodies of the provider's responses. */
  protected abstract List<String> bodies();

  /** All responses. */
  @Provide
  protected Arbitrary<Reply> replies() {
    return Answers.near(bodies());
  }

  /** Several feedbacks at once, or one after the other. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void anyAnswerEndsInTheDocumentedWay(@ForAll("replies") Reply reply, @ForAll Way way) {
    List<Feedback> feedbacks = under().plain(2);
    List<Outcome> outcomes = answered(reply, client -> way.hand(client, feedbacks));
    assertThat(outcomes).hasSize(2);
    outcomes.forEach(outcome -> isDocumented(reply, outcome));
  }

  /** However many of those in each request the answer names. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void thereAreNeverMoreReceiptsThanTheAnswersVouchFor(
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @IntRange(min = 0, max = 8) int named,
      @ForAll Way way) {
    ClientUnderTest under = under(); // which only this thread may call
    List<Feedback> feedbacks = under.plain(count);
    AtomicInteger vouched = new AtomicInteger();
    under
        .server()
        .answerAll(
            seen -> {
              int sent = under.targetIds(seen).size();
              vouched.addAndGet(namesWhatItKeeps() ? Math.min(named, sent) : sent);
              return under.acceptOnly(seen, Math.min(named, sent));
            });
    List<Outcome> outcomes;
    try (FeedbackClient client = under.open(under.quick().build())) {
      outcomes = way.hand(client, feedbacks);
    }
    assertThat(outcomes).hasSize(count);
    assertThat(outcomes.stream().filter(Outcome::isAccepted).count())
        .isLessThanOrEqualTo(vouched.get());
    if (named >= count) {
      assertThat(outcomes).allMatch(Outcome::isAccepted);
    }
    assertThat(outcomes)
        .filteredOn(outcome -> !outcome.isAccepted())
        .allMatch(outcome -> outcome.error().orElseThrow().mayHaveArrived());
  }

  /** Whether the provider's success response names its targets. */
  protected boolean namesWhatItKeeps() {
    return true;
  }

  /** An update, or a retraction where there is none. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void anyAnswerToAChangeEndsInTheDocumentedWay(@ForAll("replies") Reply reply) {
    Feedback feedback = under().plain(1).get(0);
    Receipt receipt =
        Receipt.builder(under().targetKey().provider(), under().idOf(feedback))
            .ids(List.of("f-1"))
            .state(Map.of("rating", List.of("true")))
            .build();
    isDocumented(reply, outcome(reply, feedback, client -> change(client, receipt, feedback)));
  }

  private static Receipt change(FeedbackClient client, Receipt receipt, Feedback feedback) {
    return client
        .extension(SupportsUpdate.class)
        .map(power -> power.update(receipt, feedback))
        .orElseGet(() -> client.extension(SupportsRetract.class).orElseThrow().retract(receipt));
  }

  /** The result for one feedback. */
  protected final Outcome outcome(Reply reply, Feedback feedback, Act<Receipt> act) {
    return answered(
        reply,
        client -> {
          try {
            return Outcome.accepted(0, feedback, act.with(client));
          } catch (FeedbackException e) {
            return Outcome.failed(0, feedback, e);
          }
        });
  }

  /** The results with a server that always sends this response; they must come soon. */
  protected final <T> T answered(Reply reply, Act<T> act) {
    under().server().answerAll(seen -> reply);
    try (FeedbackClient client = under().open(hasty())) {
      return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> act.with(client));
    }
  }

  /** Settings without waits, whatever the server asks for. */
  private ClientSettings hasty() {
    return under()
        .quick()
        .attemptTimeout(Duration.ofSeconds(2))
        .totalTimeout(Duration.ofMillis(900))
        .batchTimeout(Duration.ofMillis(900))
        .build();
  }

  /** Fails unless this result is allowed for this response. */
  protected static void isDocumented(Reply reply, Outcome outcome) {
    boolean success = reply.status() / 100 == 2;
    if (outcome.isAccepted()) {
      assertThat(success).as("a receipt for a %d", reply.status()).isTrue();
      Receipt receipt = outcome.orThrow();
      assertThat(Receipt.parse(receipt.toText())).isEqualTo(receipt);
      return;
    }
    FeedbackException error = outcome.error().orElseThrow();
    if (error instanceof RejectedFeedbackException rejected) {
      assertThat(rejected.status()).isEqualTo(reply.status());
    } else if (error instanceof UnreadableResponseException unreadable) {
      assertThat(unreadable.status()).isEqualTo(reply.status());
      assertThat(success).isTrue();
    }
    assertThat(SecretContract.everything(outcome)).doesNotContain(ClientUnderTest.API_KEY);
  }

  /** How the provider speaks. */
  protected final ClientUnderTest under() {
    return Store.getOrCreate("stand", Lifespan.PROPERTY, () -> Stand.of(newClient())).get().under();
  }

  /** An operation on a client. */
  protected interface Act<T> {
    /** Performs it. */
    T with(FeedbackClient client);
  }

  /** The server of all tries, and a client that keeps the shared threads alive between tries. */
  private record Stand(ClientUnderTest under, FeedbackClient anchor) implements Store.CloseOnReset {
    static Stand of(ClientUnderTest under) {
      return new Stand(under, under.open(under.quick().build()));
    }

    @Override
    public void close() {
      anchor.close();
      under.server().close();
    }
  }
}
