package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several stores in one database, as those of several processes. */
class SharedDatabaseTest {
  @ParameterizedTest
  @EnumSource(Database.class)
  void noEntryAndNoTargetIsClaimedByTwo(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      List<NewEntry> entries =
          IntStream.range(0, 600).mapToObj(i -> opened.entry("t" + i % 40)).toList();
      opened.store.add(Set.of("a"), entries);
      List<JdbcOutboxStore> stores =
          List.of(opened.store, opened.another(builder -> builder), opened.another(b -> b));
      Set<Target> held = ConcurrentHashMap.newKeySet();
      Map<UUID, Boolean> seen = new ConcurrentHashMap<>();
      Map<Target, List<UUID>> order = new ConcurrentHashMap<>();
      ExecutorService threads = Executors.newFixedThreadPool(stores.size());
      List<Future<?>> works = new ArrayList<>();
      for (JdbcOutboxStore store : stores) {
        works.add(
            threads.submit(
                () -> {
                  while (store.hasOpen("a")) {
                    deliver(store, held, seen, order);
                  }
                }));
      }
      for (Future<?> work : works) {
        work.get();
      }
      threads.shutdown();
      assertThat(seen).hasSize(entries.size());
      for (List<UUID> ids : order.values()) {
        List<UUID> added =
            entries.stream().map(NewEntry::id).filter(new HashSet<>(ids)::contains).toList();
        assertThat(ids).isEqualTo(added);
      }
    }
  }

  private static void deliver(
      JdbcOutboxStore store,
      Set<Target> held,
      Map<UUID, Boolean> seen,
      Map<Target, List<UUID>> order) {
    Claims claims = store.claim("a", 20, 3, Opened.LEASE);
    Set<Target> targets = new HashSet<>();
    List<Settlement> settlements = new ArrayList<>();
    for (Claimed each : claims.entries()) {
      Target target = each.feedback().target();
      if (targets.add(target)) {
        assertThat(held.add(target)).as("nobody else has the target").isTrue();
      }
      assertThat(seen.put(each.claim().id(), true)).as("nobody else had the entry").isNull();
      order.computeIfAbsent(target, t -> new ArrayList<>()).add(each.claim().id());
      settlements.add(Opened.delivered(each.claim()));
    }
    held.removeAll(targets);
    assertThat(store.settle("a", settlements)).doesNotContain(false);
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void countsAddUpWhateverOthersDoMeanwhile(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      opened.store.add(
          Set.of("a"), IntStream.range(0, 500).mapToObj(i -> opened.entry("t" + i)).toList());
      JdbcOutboxStore other = opened.another(builder -> builder);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<?> work =
          thread.submit(
              () -> {
                while (other.hasOpen("a")) {
                  other.settle(
                      "a",
                      other.claim("a", 10, 1, Opened.LEASE).entries().stream()
                          .map(each -> Opened.delivered(each.claim()))
                          .toList());
                  other.rollUp(java.time.Duration.ZERO, java.time.Duration.ZERO);
                }
              });
      int looks = 0;
      while (!work.isDone() || looks == 0) {
        Map<EntryState, Long> states =
            Objects.requireNonNull(opened.store.counts().get("a")).states();
        assertThat(states.values().stream().mapToLong(each -> each).sum()).isEqualTo(500);
        looks++;
      }
      work.get();
      thread.shutdown();
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void severalCreateTheTablesAtOnce(Database database) throws Exception {
    try (Opened opened = new Opened(database)) {
      CyclicBarrier start = new CyclicBarrier(3);
      ExecutorService threads = Executors.newFixedThreadPool(3);
      for (int round = 0; round < 4; round++) {
        String prefix = "at_once_" + round + "_";
        List<Future<?>> works = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          works.add(
              threads.submit(
                  () -> {
                    start.await();
                    return opened.another(builder -> builder.tables(prefix));
                  }));
        }
        for (Future<?> work : works) {
          work.get();
        }
        assertThat(opened.query("SELECT count(*) FROM " + prefix + "meta")).containsExactly("1");
      }
      threads.shutdown();
    }
  }

  /** A data source that does something once, after a statement has returned its rows. */
  private static final class Meddling extends UrlDataSource {
    private final AtomicReference<@Nullable Runnable> once = new AtomicReference<>();

    Meddling(String url) {
      super(url);
    }

    @Override
    Connection connect() throws SQLException {
      Connection connection = super.connect();
      return Proxies.of(
          Connection.class,
          (proxy, method, arguments) ->
              method.getName().equals("prepareStatement")
                      && ((String) arguments[0]).contains(") newest FROM")
                  ? meddling((PreparedStatement) Proxies.invoke(method, connection, arguments))
                  : Proxies.invoke(method, connection, arguments));
    }

    private PreparedStatement meddling(PreparedStatement statement) {
      return Proxies.of(
          PreparedStatement.class,
          (proxy, method, arguments) -> {
            Object result = Proxies.invoke(method, statement, arguments);
            Runnable meddling =
                method.getName().equals("executeQuery") ? once.getAndSet(null) : null;
            if (meddling != null) {
              meddling.run();
            }
            return result;
          });
    }
  }

  /** Its number is smaller than that of the last that is read, but it is committed later. */
  @Test
  void whatIsCommittedBetweenTwoPagesIsNotOvertakenByWhatComesBehindIt() throws Exception {
    Meddling source = new Meddling(Databases.newUrl(Database.POSTGRESQL));
    try (Opened opened = new Opened(Database.POSTGRESQL, source)) {
      opened.add("busy");
      opened.claimOne();
      opened.add("busy");
      NewEntry first = opened.entry("t");
      NewEntry second = opened.entry("t");
      Connection open = source.getConnection();
      open.setAutoCommit(false);
      opened.store.addWithin(open, Set.of("a"), List.of(first));
      UUID other = opened.add("other");
      UUID more = opened.add("more");
      source.once.set(
          () -> {
            commit(open);
            opened.store.add(Set.of("a"), List.of(second));
          });
      assertThat(Opened.ids(opened.claim(3))).containsExactly(other, more);
      assertThat(source.once).as("it happened").hasValue(null);
      assertThat(Opened.ids(opened.claim(3))).containsExactly(first.id(), second.id());
      open.setAutoCommit(true);
      open.close();
    }
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In whatever order their rows are given, one waits for the other and not both. */
  @Test
  void renewalsAndFatesOfTheSameEntriesDoNotEndEachOther() throws Exception {
    try (Opened opened = new Opened(Database.POSTGRESQL)) {
      opened.store.add(
          Set.of("a"), IntStream.range(0, 500).mapToObj(i -> opened.entry("t" + i)).toList());
      JdbcOutboxStore other = opened.another(builder -> builder);
      ExecutorService thread = Executors.newSingleThreadExecutor();
      for (int round = 0; round < 20; round++) {
        List<Claim> claims = opened.claim(500).entries().stream().map(Claimed::claim).toList();
        assertThat(claims).hasSize(500);
        List<Claim> reversed = new ArrayList<>(claims);
        Collections.reverse(reversed);
        Future<?> renewal = thread.submit(() -> other.renew("a", reversed, Opened.LEASE));
        opened.store.settle(
            "a", claims.stream().map(each -> Opened.released(each, Duration.ZERO)).toList());
        renewal.get();
      }
      thread.shutdown();
      String deadlocks =
          "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
      opened.execute("SELECT pg_stat_clear_snapshot()");
      assertThat(opened.query(deadlocks)).containsExactly("0");
    }
  }

  /** As some are configured, which roll nothing back themselves. */
  @ParameterizedTest
  @EnumSource(Database.class)
  void aPoolWithoutAutoCommitGetsItsConnectionsBackOutsideOfATransaction(Database database)
      throws Exception {
    try (Opened opened = new Opened(database)) {
      opened.add("t");
      String url = opened.file == null ? opened.dataSource.url : "jdbc:sqlite:" + opened.file;
      Connection only = DriverManager.getConnection(url);
      only.setAutoCommit(false);
      List<String> ends = new ArrayList<>();
      DataSource pool =
          new TestDataSource() {
            @Override
            public Connection getConnection() {
              ends.clear();
              return Proxies.of(
                  Connection.class,
                  (proxy, method, arguments) -> {
                    ends.add(method.getName());
                    return method.getName().equals("close")
                        ? null
                        : Proxies.invoke(method, only, arguments);
                  });
            }
          };
      JdbcOutboxStore store = JdbcOutboxStore.on(pool);
      store.open(Set.of("a"));
      assertThat(store.counts()).containsKey("a");
      assertThat(ends.subList(ends.size() - 3, ends.size()))
          .isEqualTo(
              database == Database.SQLITE
                  ? List.of("getAutoCommit", "setAutoCommit", "close")
                  : List.of("rollback", "getAutoCommit", "close"));
      assertThat(store.claim("a", 1, 1, Opened.LEASE).entries()).hasSize(1);
      assertThat(only.getAutoCommit()).isFalse();
      store.close();
      only.close();
    }
  }
}
