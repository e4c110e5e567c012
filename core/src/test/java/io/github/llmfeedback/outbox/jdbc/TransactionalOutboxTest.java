package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxFullException;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Entries in a transaction of the application's own. */
class TransactionalOutboxTest {
  @ParameterizedTest
  @EnumSource(Database.class)
  void anEntryIsDeliveredIfTheTransactionCommitsAndNeverWasIfItRollsBack(Database database)
      throws SQLException {
    RecordingFeedbackClient client = RecordingFeedbackClient.create(TargetKey.of("toy", "id"));
    try (Opened opened = new Opened(database)) {
      opened.execute("CREATE TABLE answers (text varchar(100))");
      JdbcOutboxStore store =
          database == Database.SQLITE
              ? JdbcOutboxStore.sqlite(Objects.requireNonNull(opened.file))
              : JdbcOutboxStore.on(opened.dataSource);
      try (Outbox outbox = Outbox.to("a", client).store(store).open();
          Connection connection = opened.dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        TransactionalOutbox transactional = TransactionalOutbox.of(outbox, store);
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO answers VALUES ('one')");
        UUID undone = transactional.add(connection, Opened.on("undone"));
        connection.rollback();

        statement.execute("INSERT INTO answers VALUES ('two')");
        List<UUID> done =
            transactional.addAll(connection, List.of(Opened.on("t1"), Opened.on("t2")));
        assertThat(opened.store.find(done.get(0))).isEmpty();
        assertThat(connection.getAutoCommit()).isFalse();
        connection.commit();
        connection.setAutoCommit(true);

        for (UUID id : done) {
          Await.isTrue("delivered", () -> opened.state(id) == EntryState.DELIVERED);
        }
        assertThat(opened.store.find(undone)).isEmpty();
        assertThat(opened.query("SELECT text FROM answers")).containsExactly("two");
        assertThat(client.submitted()).containsExactly(Opened.on("t1"), Opened.on("t2"));
      }
    }
  }

  @Test
  void anotherStoreThanTheOutboxsIsRefused() throws SQLException {
    RecordingFeedbackClient client = RecordingFeedbackClient.create(TargetKey.of("toy", "id"));
    try (Opened opened = new Opened(Database.SQLITE);
        Outbox outbox = Outbox.to(client).store(OutboxStore.memory()).open()) {
      JdbcOutboxStore store = JdbcOutboxStore.sqlite(Objects.requireNonNull(opened.file));
      assertThatThrownBy(() -> TransactionalOutbox.of(outbox, store))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the one that the outbox was opened with");
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aConnectionInAutoCommitModeIsRefused(Database database) throws SQLException {
    try (Opened opened = new Opened(database);
        Connection connection = opened.dataSource.getConnection()) {
      NewEntry entry = opened.entry("t");
      assertThatThrownBy(() -> opened.store.addWithin(connection, Set.of("a"), List.of(entry)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("auto-commit")
          .hasMessageContaining("setAutoCommit(false)");
      assertThat(opened.store.find(entry.id())).isEmpty();
    }
  }

  @Test
  void aConnectionToAnotherKindOfDatabaseIsRefused() throws SQLException {
    try (Opened opened = new Opened(Database.POSTGRESQL);
        Opened other = new Opened(Database.SQLITE);
        Connection connection = other.dataSource.getConnection()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(
              () -> opened.store.addWithin(connection, Set.of("a"), List.of(opened.entry("t"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("PostgreSQL, but is one to SQLite");
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  @Test
  void aTransactionThatHadFailedBeforeIsSaid() throws SQLException {
    try (Opened opened = new Opened(Database.POSTGRESQL);
        Connection connection = opened.dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> statement.execute("SELECT 1 / 0")).isInstanceOf(SQLException.class);
      NewEntry entry = opened.entry("t");
      assertThatThrownBy(() -> opened.store.addWithin(connection, Set.of("a"), List.of(entry)))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("the transaction had failed before")
          .hasMessageContaining("nothing was stored");
      connection.rollback();
      opened.store.addWithin(connection, Set.of("a"), List.of(entry));
      connection.commit();
      connection.setAutoCommit(true);
      assertThat(opened.store.find(entry.id())).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aDatabaseWithoutTheTablesIsSaid(Database database) throws SQLException {
    try (Opened opened = new Opened(database)) {
      opened.execute("ALTER TABLE feedback_outbox_entry RENAME TO gone");
      try (Connection connection = opened.dataSource.getConnection()) {
        connection.setAutoCommit(false);
        assertThatThrownBy(
                () -> opened.store.addWithin(connection, Set.of("a"), List.of(opened.entry("t"))))
            .isInstanceOf(OutboxException.class)
            .hasMessageContaining("no tables");
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  @Test
  void aFullDatabaseRefusesAndDropsNothing() throws SQLException {
    try (Opened opened = new Opened(Database.SQLITE, builder -> builder.maxBytes(100_000));
        Connection connection = opened.dataSource.getConnection()) {
      UUID pending = opened.add("t");
      List<NewEntry> many = IntStream.range(0, 500).mapToObj(i -> opened.entry("t" + i)).toList();
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> opened.store.addWithin(connection, Set.of("a"), many))
          .isInstanceOf(OutboxFullException.class);
      connection.commit();
      connection.setAutoCommit(true);
      assertThat(opened.store.list("a", Set.of(EntryState.PENDING), 0, 10))
          .extracting(each -> each.id())
          .containsExactly(pending);
    }
  }
}
