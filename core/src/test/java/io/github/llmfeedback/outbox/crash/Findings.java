package io.github.llmfeedback.outbox.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxStats;
import io.github.llmfeedback.outbox.crash.FailingServer.Arrival;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** What is found in the end: in the store, at the server, and in what the processes printed. */
final class Findings {
  private final Mode mode;
  private final Said said;
  private final List<Arrival> arrivals;
  private final History history;

  /** All that is stored, in order. */
  private final List<OutboxEntry> stored;

  private final Map<UUID, Key> keys = new HashMap<>();
  private final OutboxStats stats;

  /** Looks; the outbox has nothing left to deliver. */
  Findings(Mode mode, Said said, List<Arrival> arrivals, Outbox outbox, History history) {
    this.mode = mode;
    this.said = said;
    this.arrivals = arrivals;
    this.history = history;
    stored = outbox.entries(Mode.LANE).toList();
    stats = outbox.stats();
    stored.forEach(entry -> keys.put(entry.id(), key(entry)));
    said.added.keySet().forEach(id -> checkFate(outbox, id));
  }

  private static Key key(OutboxEntry entry) {
    return Key.of(entry.feedback().orElseThrow().comment().orElseThrow());
  }

  private void checkFate(Outbox outbox, UUID id) {
    OutboxEntry entry = outbox.find(id).get(Mode.LANE);
    if (entry == null) {
      throw new AssertionError(said.added.get(id) + " is not stored, and its id was printed");
    }
    assertThat(entry.state().fate()).as("the fate of %s", entry).isPresent();
    assertThat(key(entry)).as("what was stored as %s", id).isEqualTo(said.added.get(id));
  }

  void check() {
    checkWhatIsStored();
    checkStats();
    switch (mode) {
      case PARK -> checkThatNothingIsTwice();
      case REPEAT -> checkThatNothingIsMissing();
      case OVERWRITE -> checkTheEndState();
    }
    history.check();
    assertThat(history.byEntry.keySet()).isSubsetOf(keys.keySet());
  }

  private void checkWhatIsStored() {
    assertThat(stored.stream().map(Findings::key)).as("what is stored").doesNotHaveDuplicates();
    Set<Key> more = new HashSet<>(keys.values());
    more.removeAll(said.added.values());
    assertThat(more)
        .as("what is stored although its id was not printed")
        .isSubsetOf(said.unprinted());
  }

  private void checkStats() {
    Map<EntryState, Long> counted = states();
    OutboxStats.Lane lane = stats.lane(Mode.LANE);
    Map<EntryState, Long> told =
        Map.of(
            EntryState.DELIVERED, lane.delivered(),
            EntryState.REJECTED, lane.rejected(),
            EntryState.SUPERSEDED, lane.superseded(),
            EntryState.PARKED, lane.parked());
    assertThat(lane.added()).isEqualTo(stored.size());
    told.forEach(
        (state, count) ->
            assertThat(count).as("%s", state).isEqualTo(counted.getOrDefault(state, 0L)));
  }

  private Map<EntryState, Long> states() {
    return stored.stream()
        .collect(
            Collectors.groupingBy(
                OutboxEntry::state, () -> new EnumMap<>(EntryState.class), Collectors.counting()));
  }

  private void checkThatNothingIsTwice() {
    assertThat(arrivals.stream().map(Arrival::key)).as("the server's").doesNotHaveDuplicates();
    Set<Key> arrived = arrivals.stream().map(Arrival::key).collect(Collectors.toSet());
    for (OutboxEntry entry : stored) {
      switch (entry.state()) {
        case DELIVERED -> assertThat(arrived).as("%s", entry).contains(key(entry));
        case REJECTED -> assertThat(arrived).as("%s", entry).doesNotContain(key(entry));
        case PARKED ->
            assertThat(entry.reason().orElseThrow())
                .isIn(Fate.Reason.UNCERTAIN, Fate.Reason.LEASE_EXPIRED);
        default -> throw new AssertionError(entry.toString());
      }
    }
    assertThat(arrived).as("what arrived").isSubsetOf(keys.values());
  }

  private void checkThatNothingIsMissing() {
    Set<Key> arrived = arrivals.stream().map(Arrival::key).collect(Collectors.toSet());
    for (OutboxEntry entry : stored) {
      Key key = key(entry);
      assertThat(entry.state())
          .as("%s", entry)
          .isEqualTo(key.isRefused() ? EntryState.REJECTED : EntryState.DELIVERED);
      assertThat(arrived.contains(key)).as("%s arrived", entry).isNotEqualTo(key.isRefused());
    }
  }

  private void checkTheEndState() {
    Map<String, Key> last = new HashMap<>();
    stored.forEach(entry -> last.put(key(entry).target(), key(entry)));
    Map<String, Key> kept = new HashMap<>();
    arrivals.forEach(arrival -> kept.put(arrival.key().target(), arrival.key()));
    assertThat(kept).as("the last on each target").isEqualTo(last);
    for (OutboxEntry entry : stored) {
      assertThat(entry.state()).isIn(EntryState.DELIVERED, EntryState.SUPERSEDED);
      if (key(entry).equals(last.get(key(entry).target()))) {
        assertThat(entry.state()).as("the last: %s", entry).isEqualTo(EntryState.DELIVERED);
      }
    }
    // What was printed last is last, unless a process was killed between commit and print.
    for (Key added : said.added.values()) {
      assertThat(last.getOrDefault(added.target(), added).number())
          .isGreaterThanOrEqualTo(added.number());
    }
  }

  /** Fails if the order on a target did not hold, although no process was frozen. */
  void checkOrderOfAll() {
    Map<String, Integer> last = new HashMap<>();
    for (Arrival arrival : arrivals) {
      int number = arrival.key().number();
      Integer before = last.put(arrival.key().target(), number);
      if (before != null) {
        assertThat(number).as("%s", arrival).isGreaterThanOrEqualTo(before);
      }
    }
  }

  /**
   * Fails if the order on a target did not hold. A feedback that arrives while its process holds
   * its claim comes after all earlier ones that did so. One that arrives when its process no longer
   * holds the claim is late: nobody can call back what a frozen process is about to write.
   *
   * @return how many were late
   */
  int checkOrder() {
    Map<Key, UUID> ids = new HashMap<>();
    keys.forEach((id, key) -> ids.put(key, id));
    Map<String, Key> last = new HashMap<>();
    List<Arrival> late = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      UUID id = ids.get(arrival.key());
      if (id == null) {
        throw new AssertionError(arrival + " is not stored");
      }
      if (!history.held(id, arrival.sender(), arrival.at())) {
        late.add(arrival);
        continue;
      }
      Key before = last.put(arrival.key().target(), arrival.key());
      if (before != null) {
        assertThat(arrival.key().number())
            .as("%s after %s: %s", arrival, before, history.byEntry.get(id))
            .isGreaterThanOrEqualTo(before.number());
      }
    }
    return late.size();
  }

  /** The figures, for people. */
  @Override
  public String toString() {
    long different = arrivals.stream().map(Arrival::key).distinct().count();
    return "%d ids printed, %d more stored, %d refused by add; %s; %d at the server, %d of them twice;"
            .formatted(
                said.added.size(),
                stored.size() - said.added.size(),
                said.failed.size(),
                states(),
                arrivals.size(),
                arrivals.size() - different)
        + " %d leases ran out, %d delivered late"
            .formatted(history.expiries(), history.count(History.PARKED, History.DELIVERED));
  }
}
