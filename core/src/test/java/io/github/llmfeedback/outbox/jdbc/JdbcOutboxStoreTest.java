package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store in a database does with entries, on each kind of database. */
class JdbcOutboxStoreTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @ParameterizedTest
  @EnumSource(Database.class)
  void anEntryIsClaimedInOrderAndDelivered(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID first = opened.add("t1");
      UUID second = opened.add("t2");
      Claims claims = opened.claim(10);
      assertThat(Opened.ids(claims)).containsExactly(first, second);
      assertThat(claims.entries().get(0).feedback()).isEqualTo(Opened.on("t1"));
      assertThat(opened.state(first)).isEqualTo(EntryState.CLAIMED);
      assertThat(
              opened.store.settle(
                  "a", claims.entries().stream().map(c -> Opened.delivered(c.claim())).toList()))
          .containsExactly(true, true);
      OutboxEntry entry = opened.store.find(first).get(0);
      assertThat(entry.state()).isEqualTo(EntryState.DELIVERED);
      assertThat(entry.attempts()).isEqualTo(1);
      assertThat(entry.sequence()).isPositive();
      assertThat(entry.added()).isEqualTo(Instant.ofEpochMilli(opened.millis.get()));
      assertThat(entry.feedback()).contains(Opened.on("t1"));
      assertThat(opened.store.hasOpen("a")).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void anEntryHasARowInEachLaneWithAFateOfItsOwn(Database database) {
    try (Opened opened = new Opened(database)) {
      NewEntry entry = opened.entry("t");
      opened.store.add(Set.of("a", "b"), List.of(entry));
      opened.store.settle("a", List.of(Opened.delivered(opened.claimOne())));
      assertThat(opened.store.find(entry.id()))
          .extracting(OutboxEntry::lane, OutboxEntry::state)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("a", EntryState.DELIVERED),
              org.assertj.core.groups.Tuple.tuple("b", EntryState.PENDING));
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void manyEntriesOfOneCallKeepTheirOrder(Database database) {
    try (Opened opened = new Opened(database)) {
      List<NewEntry> entries =
          IntStream.range(0, 3_000).mapToObj(i -> opened.entry("t" + i)).toList();
      opened.store.add(Set.of("a", "b"), entries);
      assertThat(Opened.ids(opened.claim(3_000)))
          .isEqualTo(entries.stream().map(NewEntry::id).toList());
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aClaimedTargetIsNotClaimedAgainUntilItIsSettled(Database database) {
    try (Opened opened = new Opened(database)) {
      opened.add("t");
      Claim first = opened.claimOne();
      UUID second = opened.add("t");
      UUID other = opened.add("u");
      assertThat(Opened.ids(opened.claim(10))).containsExactly(other);
      opened.store.settle("a", List.of(Opened.parked(first, "why")));
      assertThat(Opened.ids(opened.claim(10))).containsExactly(second);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void atMostSoManyOfOneTargetAreClaimedAtOnce(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID first = opened.add("t");
      UUID second = opened.add("t");
      opened.add("t");
      UUID other = opened.add("u");
      assertThat(Opened.ids(opened.store.claim("a", 10, 2, Opened.LEASE)))
          .containsExactly(first, second, other);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void anEntryThatIsNotDueHoldsUpItsTargetAndNoOther(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID first = opened.add("t");
      opened.store.settle("a", List.of(Opened.released(opened.claimOne(), HOUR)));
      UUID second = opened.add("t");
      UUID other = opened.add("u");
      assertThat(Opened.ids(opened.claim(10))).containsExactly(other);
      opened.millis.addAndGet(HOUR.toMillis());
      assertThat(Opened.ids(opened.claim(10))).containsExactly(first, second);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aClaimFindsItsWayPastManyThatAreBlocked(Database database) {
    try (Opened opened = new Opened(database)) {
      opened.add("t");
      opened.claimOne();
      opened.store.add(
          Set.of("a"), IntStream.range(0, 6_000).mapToObj(i -> opened.entry("t")).toList());
      UUID last = opened.add("u");
      assertThat(Opened.ids(opened.claim(10))).containsExactly(last);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aLateFateChangesNothingButParkedToDelivered(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID id = opened.add("t");
      Claim frozen = opened.claimOne();
      opened.millis.addAndGet(Opened.LEASE.toMillis());
      List<Change> parked = opened.store.endLeases("a", false);
      assertThat(parked)
          .containsExactly(new Change("a", id, EntryState.PARKED, Fate.Reason.LEASE_EXPIRED, 1));
      assertThat(opened.store.settle("a", List.of(Opened.parked(frozen, null))))
          .containsExactly(false);
      assertThat(opened.store.settle("a", List.of(Opened.delivered(frozen)))).containsExactly(true);
      assertThat(opened.state(id)).isEqualTo(EntryState.DELIVERED);
      assertThat(opened.store.settle("a", List.of(Opened.parked(frozen, null))))
          .containsExactly(false);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aFateOfAnEarlierClaimIsNotWrittenOverALaterOne(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID id = opened.add("t");
      Claim frozen = opened.claimOne();
      opened.millis.addAndGet(Opened.LEASE.toMillis());
      assertThat(opened.store.endLeases("a", true)).isEmpty();
      Claim second = opened.claimOne();
      assertThat(second.number()).isGreaterThan(frozen.number());
      assertThat(opened.store.settle("a", List.of(Opened.delivered(frozen))))
          .containsExactly(false);
      assertThat(opened.state(id)).isEqualTo(EntryState.CLAIMED);
      assertThat(opened.store.settle("a", List.of(Opened.delivered(second)))).containsExactly(true);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aLeaseThatIsRenewedHolds(Database database) {
    try (Opened opened = new Opened(database)) {
      opened.add("t");
      Claim claim = opened.claimOne();
      opened.millis.addAndGet(Opened.LEASE.toMillis() - 1);
      assertThat(opened.store.endLeases("a", false)).isEmpty();
      opened.store.renew("a", List.of(claim), Opened.LEASE);
      opened.millis.addAndGet(Opened.LEASE.toMillis() - 1);
      assertThat(opened.store.endLeases("a", false)).isEmpty();
      opened.millis.addAndGet(1);
      assertThat(opened.store.endLeases("a", false)).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void ofTwoFatesForOneClaimTheFirstCounts(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID id = opened.add("t");
      Claim claim = opened.claimOne();
      Settlement refused =
          new Settlement(claim, EntryState.REJECTED, Fate.Reason.REFUSED, "no", 1, Duration.ZERO);
      assertThat(opened.store.settle("a", List.of(refused, Opened.delivered(claim))))
          .containsExactly(true, false);
      assertThat(opened.state(id)).isEqualTo(EntryState.REJECTED);
    }
  }

  @ParameterizedTest
  @CsvSource({"SQLITE,1", "SQLITE,4", "SQLITE,40", "POSTGRESQL,1", "POSTGRESQL,4", "POSTGRESQL,40"})
  void eachOfManyClaimsEndsInItsOwnWay(Database database, int kinds) {
    try (Opened opened = new Opened(database)) {
      IntStream.range(0, 40).forEach(i -> opened.add("t" + i));
      List<Claim> claims =
          opened.claim(40).entries().stream()
              .map(Claimed::claim)
              .sorted(Comparator.comparing(Claim::id))
              .toList();
      opened.store.settle("a", List.of(Opened.delivered(claims.get(3))));
      opened.store.settle("a", List.of(Opened.parked(claims.get(13), "before")));
      opened.store.settle("a", List.of(Opened.parked(claims.get(39), "before")));

      List<Settlement> ends = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int kind = i * kinds / 40;
        boolean isDelivered = kind % 3 != 1;
        ends.add(
            new Settlement(
                claims.get(i),
                isDelivered ? EntryState.DELIVERED : EntryState.REJECTED,
                isDelivered ? null : Fate.Reason.REFUSED,
                isDelivered ? null : "refused " + kind,
                1 + kind,
                Duration.ZERO));
      }
      Collections.shuffle(ends, new Random(kinds));
      List<Boolean> written = opened.store.settle("a", ends);
      for (int i = 0; i < 40; i++) {
        Settlement end = ends.get(i);
        int index = claims.indexOf(end.claim());
        boolean isLate = index == 13 || index == 39;
        boolean isWritten = index != 3 && (!isLate || end.state() == EntryState.DELIVERED);
        assertThat(written.get(i)).as("%s", index).isEqualTo(isWritten);
        OutboxEntry entry = opened.store.find(end.claim().id()).get(0);
        if (isWritten) {
          assertThat(entry.state()).isEqualTo(end.state());
          assertThat(entry.reason()).isEqualTo(Optional.ofNullable(end.reason()));
          assertThat(entry.detail()).isEqualTo(Optional.ofNullable(end.detail()));
          assertThat(entry.attempts()).isEqualTo(end.attempts());
        } else {
          assertThat(entry.state()).isEqualTo(isLate ? EntryState.PARKED : EntryState.DELIVERED);
          assertThat(entry.attempts()).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void whatIsParkedCanBeTriedAgainAtItsPlace(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID first = opened.add("t");
      opened.store.settle("a", List.of(Opened.parked(opened.claimOne(), "a\0b\ud800c")));
      UUID second = opened.add("t");
      OutboxEntry parked = opened.store.find(first).get(0);
      assertThat(parked.reason()).contains(Fate.Reason.UNCERTAIN);
      assertThat(parked.detail()).contains("a\ufffdb\ufffdc");
      assertThat(opened.store.retry("a", first)).isTrue();
      assertThat(opened.store.retry("a", first)).isFalse();
      assertThat(opened.store.retry("b", first)).isFalse();
      assertThat(opened.store.find(first).get(0).reason()).isEmpty();
      assertThat(Opened.ids(opened.claim(10))).containsExactly(first, second);
      assertThat(counts(opened, "a").retried()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void whatIsPendingForTooLongIsDropped(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID old = opened.add("t");
      opened.millis.addAndGet(HOUR.toMillis() + 1);
      UUID young = opened.add("t");
      assertThat(opened.store.expire("a", HOUR))
          .containsExactly(new Change("a", old, EntryState.DROPPED, Fate.Reason.EXPIRED, 0));
      assertThat(opened.store.expire("a", HOUR)).isEmpty();
      assertThat(Opened.ids(opened.claim(10))).containsExactly(young);
      assertThat(counts(opened, "a").dropped()).isEqualTo(Map.of(Fate.Reason.EXPIRED, 1L));
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void entriesAreListedInOrderPageByPage(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID parked = opened.add("t1");
      opened.store.settle("a", List.of(Opened.parked(opened.claimOne(), null)));
      UUID second = opened.add("t2");
      UUID third = opened.add("t3");
      Set<EntryState> states = Set.of(EntryState.PENDING, EntryState.PARKED);
      List<OutboxEntry> page = opened.store.list("a", states, 0, 2);
      assertThat(page).extracting(OutboxEntry::id).containsExactly(parked, second);
      assertThat(opened.store.list("a", states, page.get(1).sequence(), 2))
          .extracting(OutboxEntry::id)
          .containsExactly(third);
      assertThat(opened.store.list("a", Set.of(EntryState.PARKED), 0, 10))
          .extracting(OutboxEntry::id)
          .containsExactly(parked);
      assertThat(opened.store.list("a", Set.of(), 0, 10)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void entriesArePassedOnToAnotherLaneOnce(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID parked = opened.add("t1");
      opened.store.settle("a", List.of(Opened.parked(opened.claimOne(), null)));
      UUID pending = opened.add("t2");
      Set<EntryState> states = Set.of(EntryState.PENDING, EntryState.PARKED);
      assertThat(opened.store.forward("a", "b", states)).hasSize(2);
      assertThat(opened.store.forward("a", "b", states)).isEmpty();
      assertThat(Opened.ids(opened.store.claim("b", 10, 10, Opened.LEASE)))
          .containsExactly(parked, pending);
      assertThat(opened.store.find(parked))
          .extracting(OutboxEntry::state)
          .containsExactly(EntryState.DROPPED, EntryState.CLAIMED);
      assertThat(counts(opened, "a").dropped()).isEqualTo(Map.of(Fate.Reason.FORWARDED, 2L));
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void finalEntriesAreForgottenAndStayCounted(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID delivered = opened.add("t1");
      UUID parked = opened.add("t2");
      UUID pending = opened.add("t3");
      List<Claim> claims = opened.claim(2).entries().stream().map(c -> c.claim()).toList();
      opened.store.settle(
          "a", List.of(Opened.delivered(claims.get(0)), Opened.parked(claims.get(1), null)));
      opened.millis.addAndGet(HOUR.toMillis() - 1);
      assertThat(opened.store.rollUp(HOUR, HOUR.multipliedBy(2))).isZero();
      assertThat(opened.store.find(delivered)).hasSize(1);
      opened.millis.addAndGet(1);
      LaneCounts before = counts(opened, "a");
      assertThat(opened.store.rollUp(HOUR, HOUR.multipliedBy(2))).isZero();
      assertThat(opened.store.find(delivered)).isEmpty();
      assertThat(opened.store.find(parked)).hasSize(1);
      assertThat(counts(opened, "a")).isEqualTo(before);
      assertThat(opened.store.rollUp(HOUR, HOUR)).isEqualTo(1);
      assertThat(opened.store.find(parked)).isEmpty();
      assertThat(opened.store.find(pending)).hasSize(1);
      LaneCounts after = counts(opened, "a");
      assertThat(after.states()).isEqualTo(before.states());
      assertThat(after.forgotten()).isEqualTo(1);
    }
  }

  private static LaneCounts counts(Opened opened, String lane) {
    return Objects.requireNonNull(opened.store.counts().get(lane));
  }
}
