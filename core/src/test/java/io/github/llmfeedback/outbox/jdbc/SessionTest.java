package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that is kept for many transactions. */
class SessionTest {
  @ParameterizedTest
  @EnumSource
  void aBatchThatFailedLeavesNothingToTheNext(Database database) throws SQLException {
    Tables tables = new Tables(Tables.DEFAULT_PREFIX);
    Dialect dialect =
        database == Database.SQLITE ? new SqliteDialect(tables, null) : new PostgresDialect(tables);
    UrlDataSource dataSource = new UrlDataSource(Databases.newUrl(database));
    Databases.execute(dataSource, "CREATE TABLE t (n integer PRIMARY KEY)");
    String insert = "INSERT INTO t (n) VALUES (?)";
    try (Connection connection = dataSource.getConnection();
        Session session = new Session(connection, dialect, true)) {
      assertThatThrownBy(
              () ->
                  session.updateEach(
                      insert, List.of(1, 0), n -> new Object[] {1 / n})) // before it is executed
          .isInstanceOf(ArithmeticException.class);
      assertThat(session.updateEach(insert, List.of(2, 3), n -> new Object[] {n}))
          .containsExactly(1, 1);
      assertThatThrownBy(
              () -> session.updateEach(insert, List.of(2), n -> new Object[] {n})) // while it is
          .isInstanceOf(SQLException.class);
      assertThat(session.updateEach(insert, List.of(4), n -> new Object[] {n})).containsExactly(1);
      assertThat(session.query("SELECT n FROM t ORDER BY n", row -> row.getInt(1)))
          .containsExactly(2, 3, 4);
    }
  }
}
