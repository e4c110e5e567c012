package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread that is interrupted while its connection to PostgreSQL breaks. */
class InterruptsTest {
  private final Breaking dataSource = new Breaking(Databases.newUrl(Database.POSTGRESQL));
  private final Opened opened = new Opened(Database.POSTGRESQL, dataSource);

  @AfterEach
  void close() {
    opened.close();
  }

  /** Interrupts whoever uses a connection, and breaks that. */
  private static final class Breaking extends UrlDataSource {
    /** What breaks next; empty for nothing. */
    String method = "";

    /** How many connections are refused after that. */
    int refusals;

    final AtomicInteger refused = new AtomicInteger();

    Breaking(String url) {
      super(url);
    }

    void breakAt(String method, int refusals) {
      this.method = method;
      this.refusals = refusals;
      refused.set(0);
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (method.isEmpty() && refused.get() < refusals) {
        refused.incrementAndGet();
        Thread.currentThread().interrupt();
        throw new SQLException("refused", "08001");
      }
      Connection connection = super.getConnection();
      return Proxies.of(
          Connection.class,
          (proxy, called, arguments) -> {
            if (!called.getName().equals(method)) {
              return Proxies.invoke(called, connection, arguments);
            }
            if (method.equals("commit")) {
              connection.commit();
            }
            method = "";
            connection.abort(Runnable::run);
            Thread.currentThread().interrupt();
            throw new SQLException("lost", "08006");
          });
    }
  }

  @Test
  void anInterruptThatComesWithinATransactionIsSetAgainAtItsEnd() {
    dataSource.breakAt("prepareStatement", 0);
    UUID id = opened.add("t");
    assertThat(Thread.interrupted()).isTrue();

    dataSource.breakAt("prepareStatement", 0);
    assertThat(opened.store.hasOpen("a")).isTrue();
    assertThat(Thread.interrupted()).isTrue();

    dataSource.breakAt("prepareStatement", 0);
    assertThat(Opened.ids(opened.claim(1))).containsExactly(id);
    assertThat(Thread.interrupted()).isTrue();

    assertThat(opened.store.list("a", Set.of(EntryState.CLAIMED), 0, 10)).hasSize(1);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void theOutcomeOfACommitIsAskedForUntilTheDatabaseIsBack() {
    UUID id = opened.add("t");
    dataSource.breakAt("commit", 3);
    Claims claims = opened.claim(1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(dataSource.refused).hasValue(3);
    assertThat(Opened.ids(claims)).containsExactly(id);
    assertThat(claims.entries().get(0).claim().number()).isEqualTo(1);
  }

  @Test
  void ifTheDatabaseStaysAwayTheOutcomeIsAskedForWithPausesAndThenNotKnown() {
    UUID id = opened.add("t");
    dataSource.breakAt("commit", Integer.MAX_VALUE);
    OutboxException e = catchThrowableOfType(OutboxException.class, () -> opened.claim(1));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(e.mayBeStored()).isTrue();
    assertThat(dataSource.refused.get()).isBetween(5, 45); // every 0.2 s at most, for 4 s
    dataSource.breakAt("", 0);
    assertThat(opened.store.list("a", Set.of(EntryState.CLAIMED), 0, 10))
        .extracting(each -> each.id())
        .isEqualTo(List.of(id));
  }
}
