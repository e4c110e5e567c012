package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the outcomes of entries that were sent together mean for each of them, and for the lane. */
final class Judgement {
  /**
   * A key that is wrong or has no rights, a spent budget (402, and 412 at Portkey's gateway), an
   * address that takes no feedback, a proxy.
   */
  private static final Set<Integer> NEVER_ABOUT_AN_ENTRY = Set.of(401, 402, 403, 405, 407, 412);

  private static final String UNKNOWN =
      "the client did not say what became of it, so it may have arrived";

  private final List<Claimed> sent;
  private final List<Result> results;
  private final boolean isAnyAccepted;
  private final boolean isKeyGood;

  private Judgement(
      List<Claimed> sent, List<Result> results, boolean isAnyAccepted, boolean isKeyGood) {
    this.sent = sent;
    this.results = results;
    this.isAnyAccepted = isAnyAccepted;
    this.isKeyGood = isKeyGood;
  }

  /**
   * Judges.
   *
   * @param outcomes may have fewer or others than one for each, from a client that is not ours
   * @param repeats whether what may have arrived is sent again
   * @param suspects the entries that are at fault if the key is refused for them, and not for
   *     others
   * @param isProbe whether they were sent to see whether there is an answer
   */
  static Judgement of(
      List<Claimed> sent,
      List<? extends @Nullable Outcome> outcomes,
      boolean repeats,
      Suspects suspects,
      boolean isProbe) {
    long accepted = count(outcomes, Outcome::isAccepted);
    boolean isKeyGood = accepted > count(outcomes, Judgement::isUnauthorized);
    boolean isAlone = sent.size() == 1 && !isProbe;
    List<Result> results = new ArrayList<>(sent.size());
    for (int i = 0; i < sent.size(); i++) {
      Outcome outcome = i < outcomes.size() ? outcomes.get(i) : null;
      boolean isAtFault = (isKeyGood || isAlone) && suspects.has(sent.get(i).claim().id());
      results.add(result(outcome, isAtFault, repeats));
    }
    return new Judgement(sent, results, accepted > 0, isKeyGood);
  }

  private static long count(
      List<? extends @Nullable Outcome> outcomes, Predicate<Outcome> condition) {
    return outcomes.stream().filter(each -> each != null && condition.test(each)).count();
  }

  private static Result result(@Nullable Outcome outcome, boolean isAtFault, boolean repeats) {
    if (outcome == null) {
      return uncertain(null, repeats);
    } else if (outcome.isAccepted()) {
      return new Result(EntryState.DELIVERED, null, null);
    }
    FeedbackException error = outcome.error().orElseThrow();
    if (error.mayHaveArrived()) {
      return uncertain(error, repeats);
    } else if (error instanceof UnrepresentableFeedbackException) {
      return new Result(EntryState.REJECTED, Fate.Reason.UNREPRESENTABLE, error);
    } else if (error instanceof RejectedFeedbackException refused
        && (isUnauthorized(refused) ? isAtFault : !mayPass(refused.status()))) {
      return new Result(EntryState.REJECTED, Fate.Reason.REFUSED, error);
    }
    return new Result(EntryState.PENDING, null, error);
  }

  private static Result uncertain(@Nullable FeedbackException error, boolean repeats) {
    return repeats
        ? new Result(EntryState.PENDING, null, error)
        : new Result(EntryState.PARKED, Fate.Reason.UNCERTAIN, error);
  }

  private static boolean isUnauthorized(Outcome outcome) {
    return outcome.error().orElse(null) instanceof RejectedFeedbackException refused
        && isUnauthorized(refused);
  }

  private static boolean isUnauthorized(RejectedFeedbackException refused) {
    int status = refused.status();
    return (status >= 300 && status < 400) || NEVER_ABOUT_AN_ENTRY.contains(status);
  }

  private static boolean mayPass(int status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
  }

  /** Whether more were accepted than refused because of the key. */
  boolean isKeyGood() {
    return isKeyGood;
  }

  /** Whether the provider accepted one of them at least. */
  boolean isAnyAccepted() {
    return isAnyAccepted;
  }

  /** The entries that wait because the key was refused. */
  List<UUID> unauthorizedEntries() {
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      if (results.get(i).unauthorized() != null) {
        ids.add(sent.get(i).claim().id());
      }
    }
    return ids;
  }

  /** The refusal of the key, if there is one and nothing was accepted: no entry is at fault. */
  @Nullable RejectedFeedbackException unauthorized() {
    return isAnyAccepted
        ? null
        : results.stream()
            .map(Result::unauthorized)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  /** Whether the provider took a decision on one of them at least, and not only on a few. */
  boolean isAnswered() {
    return decided() > 0 && !isFailing();
  }

  /** Whether the provider was asked, and took no decision on most of them. */
  boolean isFailing() {
    long asked =
        results.stream().filter(each -> each.reason != Fate.Reason.UNREPRESENTABLE).count();
    return asked > 2 * decided();
  }

  private long decided() {
    return results.stream()
        .filter(each -> each.state == EntryState.DELIVERED || each.reason == Fate.Reason.REFUSED)
        .count();
  }

  /** The first error that is not a decision; null if there is none, or it is not known. */
  @Nullable FeedbackException failure() {
    return results.stream()
        .filter(each -> each.state == EntryState.PENDING || each.state == EntryState.PARKED)
        .map(Result::error)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** How long the provider asked to wait; zero if it did not. */
  Duration retryAfter() {
    Duration longest = Duration.ZERO;
    for (Result each : results) {
      if (each.error instanceof RejectedFeedbackException refused) {
        Duration asked = refused.retryAfter().orElse(Duration.ZERO);
        longest = asked.compareTo(longest) > 0 ? asked : longest;
      }
    }
    return longest;
  }

  /**
   * How the claims end.
   *
   * @param delays how long each one that is pending again is not due
   */
  List<Settlement> settlements(Delays delays) {
    List<Settlement> settlements = new ArrayList<>(sent.size());
    for (int i = 0; i < sent.size(); i++) {
      Claimed entry = sent.get(i);
      Result result = results.get(i);
      int attempts = entry.attempts() + (result.wasHandedOver() ? 1 : 0);
      Duration delay =
          result.state == EntryState.PENDING ? delays.after(entry.attempts() + 1) : Duration.ZERO;
      settlements.add(
          new Settlement(
              entry.claim(), result.state, result.reason, result.detail(), attempts, delay));
    }
    return settlements;
  }

  /** How long an entry is not due that is pending again. */
  interface Delays {
    /** After so many attempts. */
    Duration after(int attempts);
  }

  private record Result(
      EntryState state, Fate.@Nullable Reason reason, @Nullable FeedbackException error) {
    /** The refusal of the key, if it waits because of that. */
    @Nullable RejectedFeedbackException unauthorized() {
      return state == EntryState.PENDING
              && error instanceof RejectedFeedbackException refused
              && isUnauthorized(refused)
          ? refused
          : null;
    }

    /** Whether a request with it was begun, as far as is known. */
    boolean wasHandedOver() {
      return error == null || error.attempts() > 0 || error.mayHaveArrived();
    }

    @Nullable String detail() {
      if (state == EntryState.DELIVERED || state == EntryState.PENDING) {
        return null;
      }
      return error == null ? UNKNOWN : error.getMessage();
    }
  }
}
