package io.github.llmfeedback.outbox.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** The names of the tables, and the script that creates them. Immutable. */
final class Tables {
  static final String DEFAULT_PREFIX = "feedback_outbox_";

  /** The version of the tables that this version of the library reads and writes. */
  static final int VERSION = 1;

  /** PostgreSQL cuts names after 63 bytes. */
  private static final Pattern PREFIX =
      Pattern.compile("([a-z_][a-z0-9_]{0,62}\\.)?[a-z_][a-z0-9_]{0,39}");

  private static final Pattern COMMENT = Pattern.compile("--[^\n]*\n");

  private final String prefix;

  Tables(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "tables must be the beginning of a name, in [a-z_][a-z0-9_]* and at most 40 characters,"
              + " after a schema and a dot or without; such as "
              + DEFAULT_PREFIX);
    }
    this.prefix = prefix;
  }

  String prefix() {
    return prefix;
  }

  boolean hasSchema() {
    return prefix.indexOf('.') >= 0;
  }

  String named(String table) {
    return prefix + table;
  }

  /** A statement, with the names of the tables in place of {@code {entry}} and so on. */
  String sql(String template) {
    return template
        .replace("{entry}", named("entry"))
        .replace("{lane}", named("lane"))
        .replace("{total}", named("total"))
        .replace("{meta}", named("meta"));
  }

  /** The script that creates the tables. An index is in the schema of its table. */
  String script(Database database) {
    String withoutSchema = prefix.substring(prefix.indexOf('.') + 1);
    String script =
        switch (database) {
          case POSTGRESQL -> read("postgresql.sql");
          case SQLITE -> read("sqlite.sql");
        };
    return script
        .replace("INDEX IF NOT EXISTS " + DEFAULT_PREFIX, "INDEX IF NOT EXISTS " + withoutSchema)
        .replaceAll("(TABLE IF NOT EXISTS|INTO|FROM|ON) " + DEFAULT_PREFIX, "$1 " + prefix);
  }

  /** The script's statements. */
  List<String> statements(Database database) {
    List<String> statements = new ArrayList<>();
    String script = COMMENT.matcher(script(database)).replaceAll("");
    for (String statement : script.split(";", -1)) {
      if (!statement.isBlank()) {
        statements.add(statement.strip());
      }
    }
    return statements;
  }

  private static String read(String name) {
    try (InputStream in = Tables.class.getResourceAsStream(name)) {
      byte[] bytes = Objects.requireNonNull(in, name + " is not in the jar").readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
