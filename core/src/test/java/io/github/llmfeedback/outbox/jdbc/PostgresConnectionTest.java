package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection to PostgreSQL that breaks, at a bad moment and at any. */
class PostgresConnectionTest {
  private final Opened direct = new Opened(Database.POSTGRESQL);
  private final Wire wire = new Wire(Databases.port());
  private final UrlDataSource dataSource =
      new UrlDataSource(
          Databases.url(direct.query("SELECT current_database()").get(0), wire.port())
              + "&password=pw-secret-1");
  private final JdbcOutboxStore store = JdbcOutboxStore.on(dataSource);

  @BeforeEach
  void open() {
    store.open(Set.of("a"));
  }

  @AfterEach
  void close() {
    store.close();
    wire.close();
    direct.close();
  }

  private NewEntry added() {
    NewEntry entry = direct.entry("t");
    store.add(Set.of("a"), List.of(entry));
    return entry;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatACommitWithoutAResponseStoredIsStoredOnce(boolean arrives) {
    added();
    wire.cutAt("INSERT", arrives, false);
    UUID id = added().id();
    assertThat(wire.hasCut()).isTrue();
    assertThat(direct.store.find(id)).hasSize(1);
    assertThat(direct.claim(10).entries()).hasSize(2);
    assertThat(dataSource.lent).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClaimWhoseCommitHadNoResponseIsHeldOnce(boolean arrives) {
    UUID id = added().id();
    wire.cutAt("COMMIT", arrives, false);
    Claim claim = store.claim("a", 10, 1, Opened.LEASE).entries().get(0).claim();
    assertThat(wire.hasCut()).isTrue();
    assertThat(claim).isEqualTo(new Claim(id, 1));
    wire.cutAt("COMMIT", arrives, false);
    assertThat(store.settle("a", List.of(Opened.delivered(claim)))).containsExactly(true);
    assertThat(wire.hasCut()).isTrue();
    assertThat(direct.state(id)).isEqualTo(EntryState.DELIVERED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ifNobodyCanTellWhatBecameOfACommitItMayBeStored(boolean arrives) {
    added();
    wire.cutAt("INSERT", arrives, true);
    NewEntry entry = direct.entry("t");
    OutboxException e =
        catchThrowableOfType(OutboxException.class, () -> store.add(Set.of("a"), List.of(entry)));
    assertThat(e.mayBeStored()).isTrue();
    assertThat(e).hasMessageContaining("it is not known whether");
    if (arrives) {
      Await.isTrue("it is stored", () -> direct.store.find(entry.id()).size() == 1);
    } else {
      assertThat(direct.store.find(entry.id())).isEmpty();
    }
    wire.up();
    added();
  }

  @Test
  void aDatabaseThatIsGoneIsSaidAndWhenItIsBackAllGoesOn() {
    UUID before = added().id();
    wire.down();
    OutboxException first = catchThrowableOfType(OutboxException.class, this::added);
    assertThat(first).hasMessageContaining("cannot be reached");
    OutboxException second = catchThrowableOfType(OutboxException.class, this::added);
    assertThat(second.mayBeStored()).isFalse();
    assertThat(second)
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining("nothing was stored");
    assertThat(printed(first) + printed(second)).doesNotContain("pw-secret-1");
    assertThatThrownBy(() -> store.claim("a", 1, 1, Opened.LEASE))
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("cannot be reached");
    assertThatThrownBy(store::counts).hasMessageContaining("cannot be reached");
    wire.up();
    UUID after = added().id();
    assertThat(store.list("a", Set.of(EntryState.PENDING), 0, 10))
        .extracting(OutboxEntry::id)
        .containsExactly(before, after);
    assertThat(dataSource.lent).hasValue(0);
  }

  @Test
  void connectionsThatTheServerEndedAreReplacedUnnoticed() {
    added();
    direct.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE pid <> pg_backend_pid() AND datname = current_database()");
    UUID id = added().id();
    assertThat(direct.store.find(id)).hasSize(1);
  }

  @Test
  void itWorksWithAPoolWhoseTransactionsAreSerializableAndReadOnly() {
    direct.execute(
        "ALTER DATABASE "
            + direct.query("SELECT current_database()").get(0)
            + " SET default_transaction_isolation = 'serializable'");
    UrlDataSource strict =
        new UrlDataSource(
            Databases.url(direct.query("SELECT current_database()").get(0), Databases.port()));
    JdbcOutboxStore serializable = JdbcOutboxStore.on(strict);
    serializable.open(Set.of("a"));
    NewEntry entry = direct.entry("t");
    serializable.add(Set.of("a"), List.of(entry));
    Claim claim = serializable.claim("a", 1, 1, Opened.LEASE).entries().get(0).claim();
    assertThat(serializable.settle("a", List.of(Opened.delivered(claim)))).containsExactly(true);
    assertThat(serializable.rollUp(Duration.ZERO, Duration.ZERO)).isZero();
    assertThat(strict.lent).hasValue(0);
  }

  @Test
  void aLaneThatSomebodyClaimsFromHoldsUpNobodyWhoAdds() throws SQLException {
    try (Connection other = direct.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT 1 FROM feedback_outbox_lane FOR UPDATE");
      UUID id = added().id();
      assertThat(store.find(id)).hasSize(1);
      other.rollback();
      other.setAutoCommit(true);
    }
  }

  @Test
  void whoClaimsWaitsForWhoClaimsFromTheSameLane() throws Exception {
    added();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection other = direct.dataSource.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT 1 FROM feedback_outbox_lane FOR UPDATE");
      Future<Claims> claims = thread.submit(() -> store.claim("a", 1, 1, Opened.LEASE));
      String waiting =
          "SELECT pid FROM pg_stat_activity"
              + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
      Await.isTrue("it waits", () -> !direct.query(waiting).isEmpty());
      other.rollback();
      other.setAutoCommit(true);
      assertThat(claims.get().entries()).hasSize(1);
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void aFullDiskAndAMissingPrivilegeAreSaidWithoutTheRow() {
    refuse("53100");
    assertThatThrownBy(this::added)
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("disk")
        .hasMessageContaining("full")
        .satisfies(e -> assertThat(printed(e)).doesNotContain("secret-row"));
    refuse("42501");
    assertThatThrownBy(this::added).hasMessageContaining("privilege");
    refuse("25006");
    assertThatThrownBy(this::added).hasMessageContaining("read-only");
    refuse("XX000");
    assertThatThrownBy(this::added)
        .hasMessageContaining("SQLState XX000")
        .satisfies(e -> assertThat(printed(e)).doesNotContain("secret-row"));
    direct.execute("DROP TRIGGER refuse ON feedback_outbox_entry");
    added();
  }

  private void refuse(String state) {
    direct.execute(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " RAISE EXCEPTION 'secret-row' USING ERRCODE = '"
            + state
            + "'; END $$");
    direct.execute("DROP TRIGGER IF EXISTS refuse ON feedback_outbox_entry");
    direct.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON feedback_outbox_entry"
            + " EXECUTE FUNCTION refuse()");
  }

  static String printed(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
