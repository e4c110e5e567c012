package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables: how they come, and what may be wrong with them or with a row. */
class TablesTest {
  @ParameterizedTest
  @EnumSource(Database.class)
  void teamsCanRunTheScriptThemselvesAndAgain(Database database) {
    try (Opened opened = new Opened(database)) {
      for (int run = 0; run < 2; run++) {
        String script = JdbcOutboxStore.schema(database, "by_hand_").replaceAll("--[^\n]*\n", "");
        for (String statement : script.split(";", -1)) {
          if (!statement.isBlank()) {
            opened.execute(statement);
          }
        }
      }
      JdbcOutboxStore store =
          opened.another(builder -> builder.createSchema(false).tables("by_hand_"));
      store.add(Set.of("a"), List.of(opened.entry("t")));
      assertThat(opened.query("SELECT count(*) FROM by_hand_entry")).containsExactly("1");
      assertThat(opened.query("SELECT count(*) FROM feedback_outbox_entry")).containsExactly("0");
    }
  }

  @Test
  void tablesCanBeInAnotherSchemaOfPostgresql() {
    try (Opened opened = new Opened(Database.POSTGRESQL)) {
      opened.execute("CREATE SCHEMA elsewhere");
      JdbcOutboxStore store = opened.another(builder -> builder.tables("elsewhere.box_"));
      store.add(Set.of("a"), List.of(opened.entry("t")));
      store.rollUp(Opened.LEASE, Opened.LEASE);
      assertThat(store.claim("a", 1, 1, Opened.LEASE).entries()).hasSize(1);
      assertThat(opened.query("SELECT count(*) FROM elsewhere.box_entry")).containsExactly("1");
    }
  }

  @Test
  void aSchemaThatIsMissingIsSaid() {
    try (Opened opened = new Opened(Database.POSTGRESQL)) {
      assertThatThrownBy(() -> opened.another(builder -> builder.tables("nowhere.box_")))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("no schema for tables whose names begin with nowhere.box_")
          .hasMessageContaining("CREATE SCHEMA");
    }
  }

  @Test
  void aPrefixThatIsNoNameIsRefused() {
    JdbcOutboxStore.Builder builder = JdbcOutboxStore.builder(Databases.sqlite());
    for (String bad : List.of("", "A_", "1_", "a b", "a;", "a.b.c_", "a\"", "x".repeat(41))) {
      assertThatThrownBy(() -> builder.tables(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    JdbcOutboxStore inSchema = builder.tables("main.box_").build();
    assertThatThrownBy(() -> inSchema.open(Set.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schema");
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void missingTablesAreSaidWithTheScriptThatMakesThem(Database database) {
    try (Opened opened = new Opened(database)) {
      assertThatThrownBy(
              () -> opened.another(builder -> builder.createSchema(false).tables("none_")))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("no tables whose names begin with none_")
          .hasMessageContaining("JdbcOutboxStore.schema(Database." + database.name())
          .hasMessageContaining("createSchema(true)");
      opened.execute("DROP TABLE feedback_outbox_entry");
      assertThatThrownBy(() -> opened.add("t"))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("no tables");
      assertThatThrownBy(() -> opened.claim(1)).hasMessageContaining("no tables");
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void tablesOfALaterVersionAreRefusedAndLeftAlone(Database database) {
    try (Opened opened = new Opened(database)) {
      opened.execute("UPDATE feedback_outbox_meta SET version = 2");
      assertThatThrownBy(() -> opened.another(builder -> builder))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("of version 2")
          .hasMessageContaining("knows version 1");
      assertThat(opened.query("SELECT version FROM feedback_outbox_meta")).containsExactly("2");
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aRowThatCannotBeReadIsParkedAndHarmsNoOther(Database database) {
    try (Opened opened = new Opened(database)) {
      UUID before = opened.add("t1");
      UUID corrupt = opened.add("t2");
      UUID behind = opened.add("t2");
      UUID moved = opened.add("t3");
      UUID later = opened.add("t4");
      UUID laterForm = opened.add("t5");
      UUID last = opened.add("t6");
      change(opened, corrupt, "form = '{\"v\":1,\"targ'");
      change(opened, moved, "form = replace(form, 't3', 't9')");
      change(opened, later, "form_version = 2");
      change(opened, laterForm, "form = replace(form, '\"v\":1', '\"v\":2')");
      Claims claims = opened.store.claim("a", 3, 1, Opened.LEASE);
      assertThat(Opened.ids(claims)).containsExactly(before, last);
      assertThat(claims.parked())
          .containsExactlyInAnyOrder(
              parked(corrupt, Fate.Reason.UNREADABLE),
              parked(moved, Fate.Reason.UNREADABLE),
              parked(later, Fate.Reason.LATER_VERSION),
              parked(laterForm, Fate.Reason.LATER_VERSION));
      assertThat(Opened.ids(opened.claim(10))).containsExactly(behind);
      assertThat(opened.store.list("a", Set.of(EntryState.PARKED), 0, 10))
          .hasSize(4)
          .allSatisfy(each -> assertThat(each.feedback()).isEmpty());
      OutboxEntry entry = opened.store.find(later).get(0);
      assertThat(entry.reason()).contains(Fate.Reason.LATER_VERSION);

      change(opened, later, "form_version = 1"); // as an upgrade would understand it
      assertThat(opened.store.retry("a", later)).isTrue();
      assertThat(Opened.ids(opened.claim(10))).containsExactly(later);
    }
  }

  private static void change(Opened opened, UUID id, String what) {
    opened.execute("UPDATE feedback_outbox_entry SET " + what + " WHERE id = '" + id + "'");
  }

  private static Change parked(UUID id, Fate.Reason reason) {
    return new Change("a", id, EntryState.PARKED, reason, 0);
  }

  @Test
  void theVersionOfARowIsThatOfTheForm() {
    assertThat(FeedbackJson.strict().write(Opened.on("t")))
        .startsWith("{\"v\":" + Rows.FORM_VERSION + ",");
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void anyTextOfAFeedbackIsKept(Database database) {
    try (Opened opened = new Opened(database)) {
      NewEntry entry =
          new NewEntry(
              opened.id(),
              io.github.llmfeedback.Feedback.on("t")
                  .comment("a\0b 'c' \"d\" \\ {e,f} \ud83d\ude00 \u2028" + "x".repeat(100_000))
                  .build());
      opened.store.add(Set.of("a", "b"), List.of(entry, opened.entry("u")));
      assertThat(opened.store.find(entry.id()).get(0).feedback()).contains(entry.feedback());
      assertThat(opened.claim(1).entries().get(0).feedback()).isEqualTo(entry.feedback());
    }
  }

  @Test
  void anotherDatabaseIsRefusedByName() {
    for (String product : List.of("H2", "MySQL")) {
      JdbcOutboxStore store = JdbcOutboxStore.on(ofProduct(product));
      assertThatThrownBy(() -> store.open(Set.of("a")))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("is one of " + product)
          .hasMessageContaining("PostgreSQL or SQLite");
    }
  }

  private static DataSource ofProduct(String product) {
    DatabaseMetaData metaData =
        (DatabaseMetaData)
            Proxy.newProxyInstance(
                TablesTest.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> product);
    Connection connection =
        (Connection)
            Proxy.newProxyInstance(
                TablesTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) ->
                    method.getName().equals("getMetaData") ? metaData : null);
    return new UrlDataSource("") {
      @Override
      public Connection getConnection() {
        return connection;
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void anErrorQuotesNoRow(Database database) {
    try (Opened opened = new Opened(database)) {
      NewEntry entry =
          new NewEntry(
              opened.id(),
              io.github.llmfeedback.Feedback.on("secret-target").comment("secret-words").build());
      opened.store.add(Set.of("a"), List.of(entry));
      assertThatThrownBy(() -> opened.store.add(Set.of("a"), List.of(entry)))
          .isInstanceOf(OutboxException.class)
          .satisfies(
              e ->
                  assertThat(stackTrace(e))
                      .doesNotContain("secret-")
                      .doesNotContain(entry.id().toString())
                      .doesNotContain("jdbc:"));
    }
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void aStoreIsOpenedOnceAndBeforeAnythingElse(Database database) {
    try (Opened opened = new Opened(database)) {
      assertThatThrownBy(() -> opened.store.open(Set.of("a")))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> JdbcOutboxStore.on(opened.dataSource).counts())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("opened first");
      assertThat(opened.store.isShared()).isTrue();
    }
  }

  /** As HikariCP, if it cannot connect the first time, and some that are written by hand. */
  @Test
  void aDataSourceThatThrowsOrGivesNothingIsAnOutboxExceptionWithoutItsText() {
    UrlDataSource rude =
        new UrlDataSource("") {
          @Override
          public Connection getConnection() {
            throw new IllegalStateException("cannot connect with password pw-secret-1");
          }
        };
    UrlDataSource empty =
        new UrlDataSource("") {
          @Override
          @SuppressWarnings("NullAway")
          public Connection getConnection() {
            return null;
          }
        };
    for (UrlDataSource source : List.of(rude, empty)) {
      JdbcOutboxStore store = JdbcOutboxStore.on(source);
      assertThatThrownBy(() -> store.open(Set.of("a")))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("no connection to the outbox's database was to be had")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("pw-secret-1"));
    }
  }

  @Test
  void aPathWithAQuestionMarkIsRefusedForTheDriverWouldReadSettingsInIt() {
    assertThatThrownBy(() -> JdbcOutboxStore.sqlite(Path.of("feedback.db?journal_mode=off")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("file must not have a question mark in its path");
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
