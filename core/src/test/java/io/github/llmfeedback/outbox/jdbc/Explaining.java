package io.github.llmfeedback.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Connections that ask the database for its plan of each statement, with the arguments and within
 * the transaction in which it is about to be executed.
 */
final class Explaining extends UrlDataSource {
  private static final Pattern EXPLAINED = Pattern.compile("(SELECT|INSERT|UPDATE|DELETE) .*");

  private static final Pattern MANY_IDS = Pattern.compile("'\\{[^']{100,}'");

  private final Database database;

  /** By statement, the last plan of each. */
  private final Map<String, String> plans = new ConcurrentHashMap<>();

  Explaining(Database database, String url) {
    super(url);
    this.database = database;
  }

  /** The plans of the statements that were executed since this was called last. */
  Map<String, String> plans() {
    Map<String, String> taken = Map.copyOf(plans);
    plans.clear();
    return taken;
  }

  @Override
  Connection connect() throws SQLException {
    Connection connection = super.connect();
    return Proxies.of(
        Connection.class,
        (proxy, method, arguments) ->
            method.getName().equals("prepareStatement")
                    && EXPLAINED.matcher((String) arguments[0]).matches()
                ? explaining(connection, (String) arguments[0])
                : Proxies.invoke(method, connection, arguments));
  }

  private PreparedStatement explaining(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    PreparedStatement explain =
        connection.prepareStatement(
            (database == Database.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql);
    return Proxies.of(
        PreparedStatement.class,
        (proxy, method, arguments) -> {
          String name = method.getName();
          if (name.startsWith("set") || name.equals("close")) {
            Proxies.invoke(method, explain, arguments);
          } else if (name.equals("addBatch") || name.matches("execute(Query|Update)?")) {
            plans.put(sql, plan(explain));
          }
          return Proxies.invoke(method, statement, arguments);
        });
  }

  private String plan(PreparedStatement explain) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (ResultSet row = explain.executeQuery()) {
      while (row.next()) {
        lines.add(row.getString(database == Database.SQLITE ? 4 : 1));
      }
    }
    return MANY_IDS.matcher(String.join("\n", lines)).replaceAll("'...'");
  }
}
