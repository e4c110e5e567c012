package io.github.llmfeedback.contract;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the contract needs from a provider's module, and what its tests share. */
public interface ClientUnderTest {
  /** The API key of every client under test. */
  String API_KEY = "k3y-Zq81.never-to-be-seen";

  /** The supports that keep a part in full. */
  Set<Support> KEPT = Set.of(Support.NATIVE, Support.EMBEDDED);

  /** A new client whose provider is at {@code baseUrl} and requires {@code apiKey}. */
  FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings);

  /** The kind of id that the client files feedback under. */
  TargetKey targetKey();

  /** An id that the provider accepts and that this method has not returned before. */
  String freshTargetId();

  /** The provider's success response; each id in it contains the id of the target. */
  Reply accept(Seen request);

  /**
   * The provider's response if it accepts only the first {@code count} wire objects of a list; if
   * it does not accept lists, its response to one.
   */
  default Reply acceptOnly(Seen request, int count) {
    return accept(request);
  }

  /** The target ids in a request, in order, one for each wire object. */
  List<String> targetIds(Seen request);

  /**
   * How the provider responds to a read-only request, such as a confirming method sends.
   *
   * @param isKept whether it keeps feedback on the target with this id
   * @return empty for a request that carries feedback
   */
  default Optional<Reply> answerQuestion(Seen request, Predicate<String> isKept) {
    return Optional.empty();
  }

  /** Whether the provider keeps other parts only together with a rating. */
  boolean needsRating();

  /** The server that the clients send to. */
  LoopbackServer server();

  /** Settings with which failures are quick. */
  default ClientSettings.Builder quick() {
    return ClientSettings.builder()
        .maxRetries(1)
        .backoff(Duration.ofMillis(1), Duration.ofMillis(1));
  }

  /** A client of the server. */
  default FeedbackClient open(ClientSettings settings) {
    return open(server().url(), API_KEY, settings);
  }

  /** A client of the server, which accepts everything. */
  default FeedbackClient openAccepted() {
    server().answerAll(this::accept);
    return open(quick().build());
  }

  /** What the client declares. */
  default Capabilities capabilities() {
    try (FeedbackClient client = open(quick().build())) {
      return client.capabilities();
    }
  }

  /** A feedback on this id with one statement, which the provider keeps in full. */
  default Feedback.Builder plain(String id) {
    Part statement = keptStatements().findFirst().orElseThrow();
    return Sentinel.of(statement).get(0).in(on(id));
  }

  /** This many of these, each on its own target. */
  default List<Feedback> plain(int count) {
    Feedback one = plain(freshTargetId()).build();
    return Stream.generate(() -> Target.of(targetKey(), freshTargetId()))
        .limit(count)
        .map(target -> one.newBuilder().target(target).build())
        .toList();
  }

  /** The statements that the provider keeps in full. */
  default Stream<Part> keptStatements() {
    Capabilities capabilities = capabilities();
    return Stream.of(Part.values())
        .filter(Part::isStatement)
        .filter(part -> KEPT.contains(capabilities.support(part)));
  }

  /** A feedback on this id that states nothing yet. */
  default Feedback.Builder on(String id) {
    return Feedback.on(Target.of(targetKey(), id));
  }

  /** The id that a feedback has for this client. */
  default String idOf(Feedback feedback) {
    return feedback.target().id(targetKey()).orElseThrow();
  }
}
