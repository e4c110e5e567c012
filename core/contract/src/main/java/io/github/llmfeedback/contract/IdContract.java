package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An id or a text from outside never leaves its place in a request, receipt or log. */
interface IdContract extends ClientUnderTest {
  /** Ids with dot segments, path terminators, or unusual length or characters. */
  static Stream<String> oddIds() {
    return Stream.of(
        "../../x",
        "..",
        ".",
        "a/b?c#d",
        "%2e%2e",
        "%2E%2E%2Fx",
        "%0d%0aX-More:1",
        "a\\..\\b",
        "a b;c&d=e+f",
        "\"}],\"x\":[{",
        "x".repeat(1_000),
        "\ud83d\ude00 \u65e5\u672c");
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("oddIds")
  default void anOddTargetIdArrivesUnchangedInItsPlaceOrIsRefused(String id) {
    String fresh = freshTargetId();
    try (FeedbackClient client = openAccepted()) {
      client.submit(plain(fresh).build());
      Seen ordinary = server().take();
      Reply yes = accept(ordinary);
      server().answerAll(seen -> yes);
      for (Way way : Way.values()) {
        Outcome outcome = way.hand(client, List.of(plain(id).build())).get(0);
        List<Seen> seen = server().takeAll();
        if (outcome.error().isPresent()) {
          assertThat(outcome.error()).containsInstanceOf(UnrepresentableFeedbackException.class);
          assertThat(seen).isEmpty();
        } else {
          assertThat(outcome.orThrow().target()).isEqualTo(id);
          assertThat(seen).singleElement().satisfies(it -> isInPlace(id, fresh, it, ordinary));
        }
      }
    }
  }

  /** The receipt's id is chosen by the server, and may be just as odd. */
  @ParameterizedTest(name = "{index}")
  @MethodSource("oddIds")
  default void anOddIdOnAReceiptStaysInItsPlaceOrIsRefused(String id) {
    String target = freshTargetId();
    try (FeedbackClient client = openAccepted()) {
      Optional<SupportsUpdate> updates = client.extension(SupportsUpdate.class);
      assumeTrue(updates.isPresent(), "the provider changes nothing");
      Receipt receipt = client.submit(plain(target).build());
      assumeTrue(receipt.id().isPresent(), "the provider gives no ids");
      updates.get().update(receipt, plain(target).build());
      Seen ordinary = server().takeAll().get(1);
      Receipt odd = receipt.newBuilder().ids(List.of(id)).build();
      try {
        updates.get().update(odd, plain(target).build());
      } catch (IllegalArgumentException | UnrepresentableFeedbackException refused) {
        assertThat(server().takeAll()).isEmpty();
        return;
      }
      String usual = receipt.id().orElseThrow();
      assertThat(server().takeAll())
          .singleElement()
          .satisfies(it -> isPathInPlace(id, usual, it.path(), ordinary.path()));
    }
  }

  /**
   * Texts that no receipt may bring into a log or a database, even if a server sends them as ids.
   */
  static Stream<Arguments> unfitIds() {
    Stream<String> unfit =
        Stream.of(
            "id\r\nINFO all is well",
            "id\nx",
            "\u001b[31mred",
            "id\u202e1",
            "id 1",
            "id\u00e9",
            "id\ud83d",
            API_KEY,
            "id-" + API_KEY + "-1",
            "x".repeat(257),
            "x".repeat((1 << 20) - 10_000));
    return unfit.flatMap(id -> Stream.of(Way.values()).map(way -> Arguments.of(id, way)));
  }

  @ParameterizedTest(name = "{index} by {1}")
  @MethodSource("unfitIds")
  default void anUnfitIdOfTheProvidersIsUnknownAndTheYesStaysAYes(String unfit, Way way) {
    List<Feedback> feedbacks = plain(3);
    String first = idOf(feedbacks.get(0));
    List<Outcome> outcomes;
    try (FeedbackClient client = open(quick().build())) {
      server()
          .answerAll(
              seen -> {
                Reply yes = accept(seen);
                return targetIds(seen).contains(first) ? withFirstId(yes, unfit) : yes;
              });
      outcomes = way.hand(client, feedbacks);
    }
    Capabilities.Ids gives = capabilities().ids();
    assertThat(outcomes).hasSize(3).allMatch(Outcome::isAccepted);
    Receipt struck = outcomes.get(0).orThrow();
    assertThat(struck.ids()).isEmpty();
    assertThat(struck + struck.toText()).doesNotContain(unfit, API_KEY);
    assertThat(Receipt.parse(struck.toText())).isEqualTo(struck);
    for (Outcome other : outcomes.subList(1, 3)) {
      assertThat(other.orThrow().ids()).hasSize(gives == Capabilities.Ids.NONE ? 0 : 1);
    }
  }

  /** A provider whose success response must name its target has not named it with such an id. */
  @EveryWay
  default void anEmptyIdIsNone(Way way) {
    server().answerAll(seen -> withFirstId(accept(seen), ""));
    try (FeedbackClient client = open(quick().build())) {
      Outcome outcome = way.hand(client, plain(1)).get(0);
      if (outcome.isAccepted()) {
        assertThat(outcome.orThrow().ids()).isEmpty();
      } else {
        assertThat(outcome.error()).containsInstanceOf(UnreadableResponseException.class);
        assertThat(outcome.error().orElseThrow().mayHaveArrived()).isTrue();
      }
    }
  }

  @Test
  default void anIdOf256VisibleCharactersIsKnown() {
    assumeTrue(capabilities().ids() != Capabilities.Ids.NONE, "the provider gives no ids");
    String longest = "!~/\"\\".repeat(51) + "x";
    server().answerAll(seen -> withFirstId(accept(seen), longest));
    try (FeedbackClient client = open(quick().build())) {
      assertThat(client.submit(plain(freshTargetId()).build()).id()).contains(longest);
    }
  }

  /** There is no other way to update. */
  static Stream<Arguments> unfitIdsOfUpdates() {
    Set<Way> ways = Set.of(Way.SUBMIT, Way.SUBMIT_ASYNC);
    return unfitIds().filter(each -> ways.contains(each.get()[1]));
  }

  @Execution(ExecutionMode.CONCURRENT) // a provider may require time between two calls
  @ParameterizedTest(name = "{index} by {1}")
  @MethodSource("unfitIdsOfUpdates")
  default void anUpdateThatIsAnsweredWithAnUnfitIdKeepsTheOneFromBefore(String unfit, Way way) {
    String target = freshTargetId();
    try (FeedbackClient client = openAccepted()) {
      Optional<SupportsUpdate> updates = client.extension(SupportsUpdate.class);
      assumeTrue(updates.isPresent(), "the provider changes nothing");
      Receipt receipt = client.submit(plain(target).build());
      server().answerAll(seen -> withFirstId(accept(seen), unfit));
      Feedback again = plain(target).build();
      Receipt updated =
          way == Way.SUBMIT
              ? updates.get().update(receipt, again)
              : Way.result(updates.get().updateAsync(receipt, again));
      assertThat(updated.ids()).isEqualTo(receipt.ids());
    }
  }

  /** The response with another text as its first id; unchanged if it has no id. */
  private static Reply withFirstId(Reply yes, String id) {
    String body =
        Pattern.compile("(\"(?:id|ids|feedback_ids)\":\\[?)\"(?:[^\"\\\\]|\\\\.)*+\"")
            .matcher(yes.body())
            .replaceFirst(
                it ->
                    Matcher.quoteReplacement(
                        it.group(1) + StrictJson.quoted(id).replace("\ud83d", "\\ud83d")));
    return Reply.of(yes.status(), body);
  }

  @EveryWay
  default void lineBreaksInWordsNeverReachAHeader(Way way) {
    String broken = "words\r\nX-More: 1\r\n\r\n";
    Feedback.Builder feedback =
        plain(freshTargetId()).comment(broken).correction(broken).metadata(broken, broken);
    try (FeedbackClient client = open(quick().lossPolicy(LossPolicy.ANY).build())) {
      server().answerAll(this::accept);
      way.hand(client, List.of(feedback.build())).get(0).orThrow();
    }
    Seen seen = server().take();
    assertThat(server().takeAll()).isEmpty();
    assertThat(seen.headers()).doesNotContainKey("X-More");
    assertThat(seen.headers().toString() + seen.path()).doesNotContain("words");
  }

  private void isInPlace(String id, String fresh, Seen seen, Seen ordinary) {
    isPathInPlace(id, fresh, seen.path(), ordinary.path());
    assertThat(seen.headers().keySet()).isEqualTo(ordinary.headers().keySet());
    if (!ordinary.path().contains(fresh)) {
      assertThat(targetIds(seen)).containsExactly(id);
    }
  }

  /** The odd id is one segment wherever the usual one is; nothing else differs. */
  private static void isPathInPlace(String id, String usual, String path, String usualPath) {
    assertThat(segments(path))
        .isEqualTo(
            segments(usualPath).stream().map(each -> each.equals(usual) ? id : each).toList());
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      assertThat(segment).doesNotContain("?", "#");
      segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    return segments;
  }
}
