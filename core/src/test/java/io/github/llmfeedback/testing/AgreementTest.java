package io.github.llmfeedback.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recording client does what a real one does. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementTest {
  private static final Target A = Target.of(ToyDialect.THING, "a");
  private static final Capabilities SOME =
      Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS, Part.COMMENT);

  private final LoopbackServer server = new LoopbackServer();

  @BeforeAll
  void answer() {
    server.answerAll(seen -> Reply.of(200, "{}"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** The result of an operation on a client as text, to compare two clients. */
  private static String told(FeedbackClient client, Function<FeedbackClient, Object> act) {
    try {
      return shown(act.apply(client));
    } catch (RuntimeException e) {
      Throwable cause = e.getCause();
      Throwable error = e instanceof CompletionException && cause != null ? cause : e;
      return (error instanceof FeedbackException failure ? failed(failure) : error)
          + " "
          + Stream.of(error.getSuppressed()).map(Throwable::getMessage).toList();
    }
  }

  private static String failed(FeedbackException error) {
    if (error instanceof UnrepresentableFeedbackException refusal) {
      return refusal + " " + losses(refusal.losses());
    } else if (error instanceof UndeliveredFeedbackException undelivered) {
      return undelivered.reason() + " " + error.attempts() + error.mayHaveArrived();
    }
    return error.toString();
  }

  private static String shown(Object result) {
    return result instanceof Receipt receipt
        ? receipt.provider() + receipt.target() + losses(receipt.losses()) + receipt.ids().size()
        : result.toString();
  }

  /** The text that a dialect gives for its own losses is not compared. */
  private static List<String> losses(List<Loss> losses) {
    return losses.stream()
        .map(
            loss ->
                loss.kind() == Loss.Kind.DROPPED ? loss.toString() : "" + loss.part() + loss.kind())
        .toList();
  }

  private static String withoutDetails(String told) {
    return told.replaceAll("APPROXIMATED \\([^)]*\\)", "APPROXIMATED");
  }

  private void agree(
      Capabilities capabilities, LossPolicy policy, Function<FeedbackClient, Object> act) {
    try (FeedbackClient real =
            new ToyClient(
                server.url(),
                new ToyDialect(capabilities),
                ClientSettings.builder().lossPolicy(policy).build());
        FeedbackClient recording =
            RecordingFeedbackClient.like(real, ToyDialect.THING).lossPolicy(policy).build()) {
      assertThat(withoutDetails(told(recording, act))).isEqualTo(withoutDetails(told(real, act)));
    }
  }

  private static Feedback.Builder with(Part part, Feedback.Builder feedback) {
    return switch (part) {
      case THUMBS -> feedback.thumbsUp();
      case SCORE -> feedback.stars(4);
      case LABEL -> feedback.label("helpful");
      case COMMENT -> feedback.comment("Spot on");
      case CORRECTION -> feedback.correction("Paris.");
      case ISSUE -> feedback.issue("too long");
      case ACTION -> feedback.action("copied");
      case WEIGHT -> feedback.weight(0.5);
      case AUTHOR -> feedback.author("user-17");
      case OCCURRED_AT -> feedback.occurredAt(Instant.EPOCH);
      case METADATA -> feedback.metadata("screen", "checkout");
    };
  }

  @Test
  void aClosedClientReadsNothingOfAStreamAndTakesNothingElse() {
    Feedback feedback = Feedback.on(A).thumbsUp().build();
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> {
          client.close();
          return client.submit(feedback);
        });
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> {
          client.close();
          Iterator<Feedback> source = List.of(feedback).iterator();
          try {
            return client.submitEach(source, outcome -> {});
          } catch (UndeliveredFeedbackException e) {
            return e.reason() + " " + source.hasNext();
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void everyPartEndsAlikeUnderEveryPolicyAndSupport(Part part) {
    Part beside = part == Part.COMMENT ? Part.CORRECTION : Part.COMMENT;
    List<Feedback> feedbacks = new ArrayList<>();
    feedbacks.add(with(part, with(beside, Feedback.on(A))).build());
    if (part.isStatement()) {
      feedbacks.add(with(part, Feedback.on(A)).build());
      feedbacks.add(with(part, Feedback.on(A)).weight(1).build());
    }
    for (Support support : Support.values()) {
      Capabilities keeps = Capabilities.of("toy").with(Support.NATIVE, beside).with(support, part);
      for (LossPolicy policy : policies(part)) {
        feedbacks.forEach(feedback -> agree(keeps, policy, client -> client.submit(feedback)));
        feedbacks.forEach(
            feedback -> agree(keeps, policy, client -> losses(client.check(feedback))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void aPartThatIsKeptBesideARatingEndsAlike(Part part) {
    Capabilities keeps = SOME.with(Support.NATIVE, part).besideRating(part);
    List<Feedback> feedbacks =
        List.of(
            with(part, Feedback.on(A).comment("Spot on")).build(),
            with(part, Feedback.on(A).thumbsUp()).build(),
            with(part, Feedback.on(A).label("helpful").comment("Spot on")).build());
    for (LossPolicy policy : policies(part)) {
      feedbacks.forEach(feedback -> agree(keeps, policy, client -> client.submit(feedback)));
    }
  }

  private static List<LossPolicy> policies(Part part) {
    Part other = part == Part.WEIGHT ? Part.AUTHOR : Part.WEIGHT;
    return List.of(
        LossPolicy.ROUNDING,
        LossPolicy.EXACT,
        LossPolicy.ANY,
        LossPolicy.tolerating(part),
        LossPolicy.tolerating(part, Part.WEIGHT),
        LossPolicy.tolerating(other));
  }

  @Test
  void theExactMiddleOfAScoreEndsAlike() {
    Feedback middle = Feedback.on(A).stars(3).build();
    Capabilities thumbs = SOME.with(Support.APPROXIMATED, Part.SCORE);

    agree(thumbs, LossPolicy.ANY, client -> client.submit(middle));
    agree(SOME.with(Support.NATIVE, Part.SCORE), LossPolicy.EXACT, c -> c.submit(middle));
  }

  @Test
  void everyKindOfTargetEndsAlike() {
    Stream.of(
            Target.of("bare"),
            A,
            Target.shared("shared"),
            Target.of(TargetKey.of("other", "thing"), "x"))
        .forEach(
            target ->
                agree(
                    SOME,
                    LossPolicy.ROUNDING,
                    client -> client.submit(Feedback.on(target).thumbsUp().build())));
  }

  @Test
  void everyWayOfSubmittingEndsAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback bad = Feedback.on(A).thumbsUp().author("u").build();
    List<Feedback> both = List.of(bad, good);

    agree(SOME, LossPolicy.ROUNDING, client -> client.submitAsync(bad).join());
    agree(SOME, LossPolicy.ROUNDING, client -> outcomes(client.submitAll(both)));
    agree(SOME, LossPolicy.ROUNDING, client -> outcomes(client.submitAllAsync(both).join()));
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> {
          List<Object> seen = new ArrayList<>();
          var summary = client.submitEach(both.iterator(), o -> seen.add(o.isAccepted()));
          return seen + " " + summary.submitted() + summary.accepted() + summary.failed();
        });
  }

  private static List<String> outcomes(List<io.github.llmfeedback.Outcome> outcomes) {
    return outcomes.stream()
        .map(
            o ->
                o.index()
                    + " "
                    + o.error().map(AgreementTest::failed)
                    + o.receipt().map(Receipt::target))
        .toList();
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without a null checker can do
  void whatIsNullEndsAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();

    agree(SOME, LossPolicy.ROUNDING, client -> client.submit(null));
    agree(SOME, LossPolicy.ROUNDING, client -> client.check(null));
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitAsync(null).join());
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitAll(Arrays.asList(good, null)));
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> client.submitAllAsync(Arrays.asList(good, null)).join());
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitAll(null));
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitAllAsync(null).join());
    agree(SOME, LossPolicy.ROUNDING, client -> client.extension(null));
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitEach(null, outcome -> {}));
    agree(SOME, LossPolicy.ROUNDING, client -> client.submitEach(List.of(good).iterator(), null));
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> client.submitEach(Arrays.asList(good, null).iterator(), outcome -> {}));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(null, good));
    agree(SOME, LossPolicy.ROUNDING, client -> retracting(client).retract(null));
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without a null checker can do
  void onAnInterruptedThreadEverythingEndsAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback bad = Feedback.on(A).thumbsUp().author("u").build();
    Receipt own = Receipt.builder("toy", "a").build();
    Receipt foreign = Receipt.builder("other", "a").build();
    List<Function<FeedbackClient, Object>> acts =
        List.of(
            client -> client.submit(good),
            client -> client.submit(bad),
            client -> client.submit(null),
            client -> client.submitAsync(good).join(),
            client -> client.submitAsync(null).join(),
            client -> outcomes(client.submitAll(List.of(good, bad, good))),
            client -> client.submitAll(Arrays.asList(good, null)),
            client -> client.submitAll(null),
            client -> streamed(client, List.of(good, bad).iterator(), index -> {}),
            client -> client.submitEach(null, outcome -> {}),
            client -> updating(client).update(own, good),
            client -> updating(client).update(null, good),
            client -> updating(client).update(foreign, bad),
            client -> updating(client).updateAsync(own, good).join(),
            client -> retracting(client).retract(foreign),
            client -> retracting(client).retract(null),
            client -> retracting(client).retractAsync(foreign).join());
    for (Function<FeedbackClient, Object> act : acts) {
      agree(
          SOME,
          LossPolicy.ROUNDING,
          client -> {
            Thread.currentThread().interrupt();
            try {
              return act.apply(client);
            } finally {
              assertThat(Thread.interrupted()).isTrue();
            }
          });
    }
  }

  /** The result of a stream, and the outcomes that its callback got. */
  private static Object streamed(
      FeedbackClient client, Iterator<Feedback> source, Consumer<Long> sink) {
    List<Object> seen = new ArrayList<>();
    Function<FeedbackClient, Object> stream =
        it -> {
          BatchSummary summary =
              it.submitEach(
                  source,
                  outcome -> {
                    seen.add(outcome.index() + "" + outcome.isAccepted());
                    sink.accept(outcome.index());
                  });
          return summary.submitted() + " " + summary.accepted() + " " + summary.uncertain();
        };
    return told(client, stream) + seen;
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without a null checker can do
  void aStreamThatIsBrokenOffEndsAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback bad = Feedback.on(A).thumbsUp().author("u").build();
    List<Feedback> five = List.of(good, bad, good, bad, good);
    for (Set<Long> throwing : List.of(Set.of(0L), Set.of(1L, 3L), Set.of(4L))) {
      agree(
          SOME,
          LossPolicy.ROUNDING,
          client ->
              streamed(
                  client,
                  five.iterator(),
                  index -> {
                    if (throwing.contains(index)) {
                      throw new IllegalStateException("full disk " + index);
                    }
                  }));
    }
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client -> streamed(client, Arrays.asList(good, bad, null, good).iterator(), index -> {}));
    agree(
        SOME,
        LossPolicy.ROUNDING,
        client ->
            streamed(client, five.iterator(), index -> Thread.currentThread().interrupt())
                + " "
                + Thread.interrupted());
  }

  /** One chunk in flight: the toy's chunks are of ten. */
  @Test
  void aLongStreamIsReadNoFurtherThanTheChunkInWhichTheCallbackThrows() {
    List<Feedback> many = Collections.nCopies(25, Feedback.on(A).thumbsUp().build());
    ClientSettings one = ClientSettings.builder().concurrency(1).build();
    try (FeedbackClient real = new ToyClient(server.url(), new ToyDialect(SOME), one);
        FeedbackClient recording = RecordingFeedbackClient.like(real, ToyDialect.THING).build()) {
      List<Object> all = new ArrayList<>();
      for (FeedbackClient client : List.of(real, recording)) {
        Iterator<Feedback> source = many.iterator();
        Object told =
            streamed(
                client,
                source,
                index -> {
                  if (index == 12) {
                    throw new IllegalStateException("full disk");
                  }
                });
        int left = 0;
        for (; source.hasNext(); source.next()) {
          left++;
        }
        all.add(told + " " + left);
      }
      assertThat(all.get(1)).isEqualTo(all.get(0)).asString().contains("19true").endsWith(" 5");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without a null checker can do
  void whateverIsWrongWithAChangeIsFoundInTheSameOrder() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback bad = Feedback.on(A).thumbsUp().author("u").build();
    Feedback badElsewhere = bad.newBuilder().target(Target.of(ToyDialect.THING, "b")).build();
    Receipt own = Receipt.builder("toy", "a").build();
    Receipt foreign = Receipt.builder("other", "a").build();

    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(null, null));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(own, null));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(foreign, null));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(foreign, bad));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).update(own, badElsewhere));
    agree(SOME, LossPolicy.ROUNDING, client -> updating(client).updateAsync(null, good).join());
    agree(SOME, LossPolicy.ROUNDING, client -> retracting(client).retractAsync(null).join());
  }

  @Test
  void changesEndAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback lossy = Feedback.on(A).thumbsUp().weight(1).build();
    Feedback elsewhere = Feedback.on(Target.of(ToyDialect.THING, "b")).thumbsUp().build();
    Receipt foreign = Receipt.builder("other", "a").build();

    for (LossPolicy policy : List.of(LossPolicy.ROUNDING, LossPolicy.ANY)) {
      for (Feedback now : List.of(good, lossy, elsewhere)) {
        agree(SOME, policy, client -> updating(client).update(client.submit(good), now));
        agree(
            SOME, policy, client -> updating(client).updateAsync(client.submit(good), now).join());
        agree(SOME, policy, client -> updating(client).update(foreign, now));
      }
    }
    agree(SOME, LossPolicy.ROUNDING, client -> retracting(client).retract(client.submit(good)));
    agree(SOME, LossPolicy.ROUNDING, client -> retracting(client).retract(foreign));
  }

  private static SupportsUpdate updating(FeedbackClient client) {
    return client.extension(SupportsUpdate.class).orElseThrow();
  }

  private static SupportsRetract retracting(FeedbackClient client) {
    return client.extension(SupportsRetract.class).orElseThrow();
  }

  @Test
  void afterCloseEverythingEndsAlike() {
    Feedback good = Feedback.on(A).thumbsUp().build();
    Feedback bad = Feedback.on(A).author("u").comment("x").build();

    for (Feedback feedback : List.of(good, bad)) {
      agree(
          SOME,
          LossPolicy.ROUNDING,
          client -> {
            client.close();
            client.close();
            return client.submitAll(List.of(feedback)).stream()
                .map(outcome -> outcome.error().orElseThrow())
                .map(e -> e.getClass() + " " + e.attempts() + e.mayHaveArrived())
                .toList();
          });
    }
  }
}
