package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/** The same steps on a store and on the model, which must answer alike and hold the same. */
final class StoreHistory {
  static final List<String> LANES = List.of("portkey", "helicone", "other");

  /** Targets that differ only in the kind of their id are others. */
  static final List<Target> TARGETS =
      List.of(
          Target.of("a"),
          Target.shared("a"),
          Target.of(TargetKey.of("portkey", "trace"), "a"),
          Target.of("b"));

  private static final Set<EntryState> ALL = EnumSet.allOf(EntryState.class);

  private static final int MANY = 1_000;

  private final TestedStore tested;
  private final List<OutboxStore> stores;
  private final OutboxStoreModel model;

  /** What was added to each lane, in the order in which it was. */
  private final Map<String, List<UUID>> added = new HashMap<>();

  private final List<UUID> ids = new ArrayList<>();
  private final List<Given> claims = new ArrayList<>();
  private int steps;

  StoreHistory(TestedStore tested) {
    this.tested = tested;
    this.stores = List.of(tested.store(), tested.another());
    this.model = new OutboxStoreModel(tested::now, tested.keepsFinal());
    LANES.forEach(lane -> added.put(lane, new ArrayList<>()));
  }

  /** A claim, whose number only the store knows. */
  record Given(String lane, int attempts, Claim model, Claim store) {}

  void take(StoreStep step) {
    steps++;
    try {
      step.take(this);
      if (!ids.isEmpty()) {
        isFoundAlike(ids.get(steps % ids.size()));
      }
      // Most happens in the first lane; a database is asked often enough as it is.
      holdsTheSame(steps % 4 == 0 ? LANES : LANES.subList(0, 1));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("step %d, %s: %s".formatted(steps, step, e.getMessage()), e);
    }
  }

  /** The one of the two objects whose turn it is. */
  private OutboxStore store() {
    return stores.get(steps % 2);
  }

  void add(Set<String> lanes, List<Integer> targets, Duration ago) {
    List<NewEntry> entries = targets.stream().map(target -> entry(target, ago)).toList();
    boolean isSingle = entries.size() == 1;
    assertThat(isSingle ? store().add(lanes, entries.get(0)) : store().add(lanes, entries))
        .isEmpty();
    model.add(lanes, entries);
    for (NewEntry entry : entries) {
      ids.add(entry.id());
      lanes.forEach(lane -> addedTo(lane).add(entry.id()));
    }
  }

  private NewEntry entry(int target, Duration ago) {
    UUID id = id(tested.now().minus(ago), ids.size() + 1000L * target);
    Feedback feedback = Feedback.on(TARGETS.get(target)).thumbsUp().comment("👍 " + id).build();
    return new NewEntry(id, feedback);
  }

  /** An id of version 7. */
  static UUID id(Instant added, long number) {
    return new UUID(added.toEpochMilli() << 16 | 0x7000, Long.MIN_VALUE | number << 20 | fresh());
  }

  private static long fresh() {
    return System.nanoTime() & 0xfffff;
  }

  private List<UUID> addedTo(String lane) {
    return added.getOrDefault(lane, List.of());
  }

  void claim(String lane, int max, int maxPerTarget, Duration lease) {
    Claims actual = store().claim(lane, max, maxPerTarget, lease);
    Claims expected = model.claim(lane, max, maxPerTarget, lease);
    assertThat(actual.parked()).isEmpty();
    assertThat(actual.entries())
        .extracting(claimed -> claimed.claim().id(), Claimed::feedback, Claimed::attempts)
        .isEqualTo(
            assertThat(expected.entries())
                .extracting(claimed -> claimed.claim().id(), Claimed::feedback, Claimed::attempts)
                .actual());
    for (int i = 0; i < expected.entries().size(); i++) {
      Claim claim = actual.entries().get(i).claim();
      assertThat(claims)
          .filteredOn(given -> given.lane.equals(lane) && given.store.id().equals(claim.id()))
          .allMatch(given -> given.store.number() < claim.number(), "has a smaller number");
      Claimed claimed = expected.entries().get(i);
      claims.add(new Given(lane, claimed.attempts(), claimed.claim(), claim));
    }
  }

  void renew(StoreStep.Which which, Duration lease) {
    String lane = which.lane();
    List<Given> some = claims(which);
    store().renew(lane, some.stream().map(Given::store).toList(), lease);
    model.renew(lane, some.stream().map(Given::model).toList(), lease);
  }

  void settle(StoreStep.Which which, StoreStep.Ending ending) {
    String lane = which.lane();
    List<Given> some = claims(which);
    assertThat(store().settle(lane, settlements(some, Given::store, ending)))
        .isEqualTo(model.settle(lane, settlements(some, Given::model, ending)));
  }

  private static List<Settlement> settlements(
      List<Given> some, Function<Given, Claim> claim, StoreStep.Ending ending) {
    return some.stream()
        .map(given -> ending.settlement(claim.apply(given), given.attempts))
        .toList();
  }

  /** The claims of these numbers, counted from the last given. */
  private List<Given> claims(StoreStep.Which which) {
    List<Given> all = new ArrayList<>();
    for (Given given : claims) {
      if (given.lane.equals(which.lane())
          && model.isHeld(given.lane, given.model) == which.held()) {
        // Of those that have ended, first such as could do harm.
        boolean isLast = which.held() || isOpenOrParked(given);
        all.add(isLast ? all.size() : 0, given);
      }
    }
    return which.numbers().stream()
        .filter(number -> number < all.size())
        .map(number -> all.get(all.size() - 1 - number))
        .toList();
  }

  private boolean isOpenOrParked(Given given) {
    return model.find(given.model.id()).stream()
        .filter(entry -> entry.lane().equals(given.lane))
        .anyMatch(entry -> entry.state().isOpen() || entry.state() == EntryState.PARKED);
  }

  void endLeases(String lane, boolean repeat) {
    assertThat(store().endLeases(lane, repeat))
        .containsExactlyInAnyOrderElementsOf(model.endLeases(lane, repeat));
  }

  void expire(String lane, Duration age) {
    assertThat(store().expire(lane, age))
        .containsExactlyInAnyOrderElementsOf(model.expire(lane, age));
    assertThat(store().expire(lane, age)).as("there are no more").isEmpty();
  }

  /** Tries the entry of this number again; if there are any that can be, one of those. */
  void retry(String lane, int number, boolean possible) {
    List<UUID> some = possible ? idsOf(lane, EntryState.PARKED, EntryState.REJECTED) : ids;
    if (!some.isEmpty()) {
      UUID id = some.get(number % some.size());
      assertThat(store().retry(lane, id)).isEqualTo(model.retry(lane, id));
    }
  }

  private List<UUID> idsOf(String lane, EntryState... states) {
    return model.list(lane, Set.of(states), 0, MANY).stream().map(OutboxEntry::id).toList();
  }

  void forward(String from, String to, Set<EntryState> states) {
    Set<UUID> before = Set.copyOf(notPassedOn(to));
    assertThat(store().forward(from, to, states)).isEqualTo(model.forward(from, to, states));
    assertThat(store().forward(from, to, states)).as("there are no more").isEmpty();
    List<UUID> anew = notPassedOn(to).stream().filter(id -> !before.contains(id)).toList();
    addedTo(to).addAll(anew);
    // What a lane had, and has forgotten, begins anew in it: no claim of then may be used.
    claims.removeIf(given -> given.lane.equals(to) && anew.contains(given.model.id()));
  }

  private List<UUID> notPassedOn(String lane) {
    return model.list(lane, ALL, 0, MANY).stream()
        .filter(entry -> !entry.reason().equals(Optional.of(Fate.Reason.FORWARDED)))
        .map(OutboxEntry::id)
        .toList();
  }

  void rollUp(Duration keepFinal, Duration keepFailed) {
    long forgotten = store().rollUp(keepFinal, keepFailed);
    assertThat(forgotten).isEqualTo(model.rollUp(keepFinal, keepFailed));
  }

  void pass(Duration time) {
    tested.pass(time);
  }

  void page(String lane, Set<EntryState> states, int size) {
    List<OutboxEntry> all = new ArrayList<>();
    long after = 0;
    List<OutboxEntry> page = store().list(lane, states, after, size);
    while (!page.isEmpty() && all.size() < MANY) {
      assertThat(page).hasSizeLessThanOrEqualTo(size);
      all.addAll(page);
      after = page.get(page.size() - 1).sequence();
      page = store().list(lane, states, after, size);
    }
    isAlike(all, model.list(lane, states, 0, MANY));
  }

  /** Shows what cannot be seen before: which leases have run out, and what is due. */
  void end() {
    ids.forEach(this::isFoundAlike);
    for (boolean repeat : List.of(true, false)) {
      for (String lane : LANES) {
        endLeases(lane, repeat);
        claim(lane, MANY, MANY, Duration.ZERO);
      }
      holdsTheSame(LANES);
      pass(StoreStep.TWO_HOURS);
    }
  }

  private void isFoundAlike(UUID id) {
    assertThat(views(store().find(id)))
        .as("find")
        .containsExactlyInAnyOrderElementsOf(views(model.find(id)));
  }

  private void holdsTheSame(List<String> lanes) {
    Map<String, LaneCounts> counts = counts(store().counts());
    assertThat(counts).as("counts").isEqualTo(counts(model.counts()));
    for (String lane : lanes) {
      List<OutboxEntry> entries = store().list(lane, ALL, 0, MANY);
      isAlike(entries, model.list(lane, ALL, 0, MANY));
      assertThat(store().hasOpen(lane)).as("hasOpen").isEqualTo(model.hasOpen(lane));
      conserves(lane, entries, counts);
    }
  }

  /** Against what was added, whatever the model says. */
  private void conserves(String lane, List<OutboxEntry> entries, Map<String, LaneCounts> counts) {
    LaneCounts all = counts.get(lane);
    long counted =
        all == null ? 0 : all.states().values().stream().mapToLong(Long::longValue).sum();
    assertThat(counted).as("entries of %s", lane).isEqualTo(addedTo(lane).size());
    assertThat(entries)
        .as("entries of %s", lane)
        .extracting(OutboxEntry::id)
        .doesNotHaveDuplicates()
        .isSubsetOf(addedTo(lane));
  }

  private static void isAlike(List<OutboxEntry> actual, List<OutboxEntry> expected) {
    assertThat(views(actual)).as("list").isEqualTo(views(expected));
    assertThat(actual)
        .extracting(OutboxEntry::sequence)
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(sequence -> sequence > 0, "more than 0");
  }

  private static List<View> views(List<OutboxEntry> entries) {
    return entries.stream().map(View::new).toList();
  }

  /** An entry without its sequence, of which only the order is promised. */
  private record View(
      String lane,
      UUID id,
      EntryState state,
      Optional<Fate.Reason> reason,
      Optional<String> detail,
      int attempts,
      Instant added,
      Optional<Feedback> feedback) {
    View(OutboxEntry entry) {
      this(
          entry.lane(),
          entry.id(),
          entry.state(),
          entry.reason(),
          entry.detail(),
          entry.attempts(),
          entry.added(),
          entry.feedback());
    }
  }

  private static Map<String, LaneCounts> counts(Map<String, LaneCounts> counts) {
    Map<String, LaneCounts> plain = new TreeMap<>();
    counts.forEach(
        (lane, all) ->
            plain.put(
                lane,
                new LaneCounts(
                    withoutZeros(all.states()),
                    withoutZeros(all.dropped()),
                    all.retried(),
                    all.forgotten())));
    plain.values().removeIf(all -> all.states().isEmpty());
    return plain;
  }

  private static <T> Map<T, Long> withoutZeros(Map<T, Long> counts) {
    Map<T, Long> plain = new HashMap<>(counts);
    plain.values().removeIf(count -> count == 0);
    return plain;
  }
}
