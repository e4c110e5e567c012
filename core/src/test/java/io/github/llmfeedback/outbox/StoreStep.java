package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.outbox.StoreHistory.LANES;
import static io.github.llmfeedback.outbox.StoreHistory.TARGETS;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** One thing that somebody does with a store. */
@FunctionalInterface
interface StoreStep {
  boolean IS_FULL = Boolean.getBoolean("feedback.tests.full");
  Duration HOUR = Duration.ofHours(1);
  Duration TWO_HOURS = Duration.ofHours(2);

  void take(StoreHistory history);

  /** How some claims end. */
  record Ending(EntryState state, Fate.@Nullable Reason reason, int attempts, Duration delay) {
    Settlement settlement(Claim claim, int attemptsBefore) {
      String detail =
          state == EntryState.DELIVERED || state == EntryState.SUPERSEDED
              ? null
              : "the provider answered %d".formatted(500 + claim.id().hashCode() % 4);
      return new Settlement(claim, state, reason, detail, attemptsBefore + attempts, delay);
    }
  }

  record Add(Set<String> lanes, List<Integer> targets, Duration ago) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.add(lanes, targets, ago);
    }
  }

  record ClaimSome(String lane, int max, int maxPerTarget, Duration lease) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.claim(lane, max, maxPerTarget, lease);
    }
  }

  /** Claims that were given of a lane: such as are still held, or others. */
  record Which(String lane, boolean held, List<Integer> numbers) {}

  record Renew(Which claims, Duration lease) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.renew(claims, lease);
    }
  }

  record Settle(Which claims, Ending ending) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.settle(claims, ending);
    }
  }

  record EndLeases(String lane, boolean repeat) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.endLeases(lane, repeat);
    }
  }

  record Expire(String lane, Duration age) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.expire(lane, age);
    }
  }

  record Retry(String lane, int number, boolean possible) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.retry(lane, number, possible);
    }
  }

  record Forward(String from, String to, Set<EntryState> states) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.forward(from, to, states);
    }
  }

  record RollUp(Duration keepFinal, Duration keepFailed) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.rollUp(keepFinal, keepFailed);
    }
  }

  record Page(String lane, Set<EntryState> states, int size) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.page(lane, states, size);
    }
  }

  record Pass(Duration time) implements StoreStep {
    @Override
    public void take(StoreHistory history) {
      history.pass(time);
    }
  }

  /** Any steps, most of them in one lane, and most often such as others build on. */
  static Arbitrary<List<StoreStep>> histories() {
    Arbitrary<String> lanes =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.just(LANES.get(0))),
            Tuple.of(3, Arbitraries.just(LANES.get(1))),
            Tuple.of(1, Arbitraries.just(LANES.get(2))));
    Arbitrary<Duration> durations = Arbitraries.of(Duration.ZERO, HOUR);
    return Arbitraries.frequencyOf(
            Tuple.of(12, any(lanes, durations).map(List::of)),
            Tuple.of(1, freezing(lanes, endings(durations))))
        .list()
        .ofMinSize(1)
        .ofMaxSize(IS_FULL ? 150 : 50)
        .withSizeDistribution(RandomDistribution.uniform())
        .map(some -> some.stream().flatMap(List::stream).toList());
  }

  private static Arbitrary<StoreStep> any(Arbitrary<String> lanes, Arbitrary<Duration> durations) {
    Arbitrary<Which> claims = claims(lanes, Arbitraries.of(true, true, false));
    return Arbitraries.frequencyOf(
        Tuple.of(8, adding(lanes)),
        Tuple.of(10, claiming(lanes)),
        Tuple.of(2, renewing(lanes, durations)),
        Tuple.of(14, Combinators.combine(claims, endings(durations)).as(Settle::new)),
        Tuple.of(3, Combinators.combine(lanes, Arbitraries.of(true, false)).as(EndLeases::new)),
        Tuple.of(1, lanes.map(lane -> new Expire(lane, HOUR))),
        Tuple.of(4, retrying(lanes)),
        Tuple.of(1, forwarding(lanes)),
        Tuple.of(1, Combinators.combine(durations, durations).as(RollUp::new)),
        Tuple.of(1, paging(lanes)),
        Tuple.of(1, Arbitraries.just(new Pass(TWO_HOURS))));
  }

  /** Somebody claims, freezes, and goes on when others may have claimed anew. */
  private static Arbitrary<List<StoreStep>> freezing(
      Arbitrary<String> lanes, Arbitrary<Ending> endings) {
    return Combinators.combine(
            lanes,
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 3).list().ofSize(1),
            Arbitraries.of(true, true, true, false),
            endings)
        .as(
            (lane, repeat, claims, isSettling, ending) -> {
              Which late = new Which(lane, false, claims);
              return List.of(
                  new ClaimSome(lane, 3, 2, Duration.ZERO),
                  new EndLeases(lane, repeat),
                  new ClaimSome(lane, 3, 2, HOUR),
                  isSettling ? new Settle(late, ending) : new Renew(late, Duration.ZERO));
            });
  }

  private static Arbitrary<StoreStep> adding(Arbitrary<String> lanes) {
    Arbitrary<List<Integer>> targets =
        Arbitraries.integers().between(0, TARGETS.size() - 1).list().ofMinSize(1).ofMaxSize(3);
    Arbitrary<Duration> ago =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(Duration.ZERO)), Tuple.of(1, Arbitraries.just(TWO_HOURS)));
    return Combinators.combine(lanes.set().ofMinSize(1).ofMaxSize(2), targets, ago).as(Add::new);
  }

  private static Arbitrary<StoreStep> claiming(Arbitrary<String> lanes) {
    Arbitrary<Duration> leases = // zero is over at once
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(HOUR)), Tuple.of(1, Arbitraries.just(Duration.ZERO)));
    return Combinators.combine(
            lanes,
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 3),
            leases)
        .as(ClaimSome::new);
  }

  private static Arbitrary<Which> claims(Arbitrary<String> lanes, Arbitrary<Boolean> held) {
    return Combinators.combine(
            lanes, held, Arbitraries.integers().between(0, 3).list().ofMinSize(1).ofMaxSize(3))
        .as(Which::new);
  }

  private static Arbitrary<StoreStep> renewing(
      Arbitrary<String> lanes, Arbitrary<Duration> leases) {
    return Combinators.combine(claims(lanes, Arbitraries.of(true, false)), leases).as(Renew::new);
  }

  private static Arbitrary<StoreStep> retrying(Arbitrary<String> lanes) {
    return Combinators.combine(
            lanes, Arbitraries.integers().between(0, 9), Arbitraries.of(true, true, false))
        .as(Retry::new);
  }

  private static Arbitrary<StoreStep> paging(Arbitrary<String> lanes) {
    return Combinators.combine(
            lanes,
            Arbitraries.of(EntryState.class).set().ofMinSize(1),
            Arbitraries.integers().between(1, 3))
        .as(Page::new);
  }

  private static Arbitrary<Ending> endings(Arbitrary<Duration> durations) {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(EntryState.DELIVERED)),
                Tuple.of(3, Arbitraries.just(EntryState.PENDING)),
                Tuple.of(2, Arbitraries.just(EntryState.PARKED)),
                Tuple.of(2, Arbitraries.just(EntryState.REJECTED)),
                Tuple.of(1, Arbitraries.just(EntryState.SUPERSEDED)),
                Tuple.of(1, Arbitraries.just(EntryState.DROPPED))),
            Arbitraries.integers().between(0, 1),
            durations)
        .as(
            (state, attempts, delay) ->
                new Ending(
                    state,
                    reason(state),
                    attempts,
                    state == EntryState.PENDING ? delay : Duration.ZERO));
  }

  private static Fate.@Nullable Reason reason(EntryState state) {
    return switch (state) {
      case PARKED -> Fate.Reason.UNCERTAIN;
      case REJECTED -> Fate.Reason.REFUSED;
      case DROPPED -> Fate.Reason.EXPIRED;
      case PENDING, CLAIMED, DELIVERED, SUPERSEDED -> null;
    };
  }

  private static Arbitrary<StoreStep> forwarding(Arbitrary<String> lanes) {
    Arbitrary<Set<EntryState>> states =
        Arbitraries.of(EntryState.PENDING, EntryState.PARKED, EntryState.REJECTED)
            .set()
            .ofMinSize(1);
    return Combinators.combine(lanes, lanes, states)
        .filter((from, to, some) -> !from.equals(to))
        .as(Forward::new);
  }
}
