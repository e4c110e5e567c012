package io.github.llmfeedback.examples.quickstart.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The logged LLM calls; a row appears only some time after its call. */
final class HeliconeRows {
  private static final String PROPERTY = "Helicone-Property-";
  private static final String SESSION = "Helicone-Session-";
  private static final Duration RATEABLE = Duration.ofDays(30);

  private final InstantSource clock;
  private final Duration ingestionDelay;
  private final AtomicLong numbers = new AtomicLong();
  private final HeliconeTable table;
  private volatile boolean down;

  HeliconeRows(InstantSource clock, Duration ingestionDelay) {
    this.clock = clock;
    this.ingestionDelay = ingestionDelay;
    this.table = new HeliconeTable(clock);
  }

  HeliconeTable table() {
    return table;
  }

  /** While its database is down, the server drops ratings and shows no rows, without an error. */
  void down(boolean isDown) {
    down = isDown;
  }

  void add(UUID id, Map<String, String> headers) {
    add(id, headers, clock.instant());
  }

  void add(UUID id, Map<String, String> headers, Instant createdAt) {
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    given.putAll(headers);
    table.insert(
        new HeliconeRow(
            id,
            numbers.getAndIncrement(),
            createdAt.truncatedTo(ChronoUnit.MILLIS),
            given.getOrDefault("Helicone-User-Id", ""),
            given.getOrDefault("Helicone-Model-Override", "gpt-4o-mini"),
            properties(given),
            Map.of(),
            Optional.empty()));
  }

  /** Drops the rating silently if there is no row yet, or none that is recent enough. */
  void rate(UUID id, boolean positive) {
    change(id, row -> row.rated(positive));
  }

  /** An evaluation's score, beside the rating. */
  void score(UUID id, String name, int score) {
    change(id, row -> row.scored(name, score));
  }

  Optional<Boolean> rating(UUID id) {
    return table.newest(id).flatMap(HeliconeRow::rating);
  }

  /** Every request that can be found, in its newest version. */
  Stream<HeliconeRow> ingested() {
    return table.newest().filter(this::isIngested);
  }

  List<HeliconeRow> page(
      Predicate<HeliconeRow> filter, boolean oldestFirst, long offset, long limit) {
    return down ? List.of() : table.page(filter.and(this::isIngested), oldestFirst, offset, limit);
  }

  private void change(UUID id, UnaryOperator<HeliconeRow> change) {
    if (!down) {
      table.change(id, row -> isIngested(row) && isYoung(row), change);
    }
  }

  private boolean isIngested(HeliconeRow row) {
    return !clock.instant().isBefore(row.createdAt().plus(ingestionDelay));
  }

  private boolean isYoung(HeliconeRow row) {
    Instant oldest = clock.instant().minus(RATEABLE);
    return !row.createdAt().isBefore(oldest);
  }

  /**
   * The log route keeps a property's name in lower case; session headers are properties under their
   * whole name, as it was written (observed 2026-11).
   */
  private static Map<String, String> properties(Map<String, String> headers) {
    Map<String, String> properties = new TreeMap<>();
    headers.forEach(
        (name, value) -> {
          if (startsWith(name, PROPERTY)) {
            properties.put(name.substring(PROPERTY.length()).toLowerCase(Locale.ROOT), value);
          } else if (startsWith(name, SESSION)) {
            properties.put(name, value);
          }
        });
    return Collections.unmodifiableMap(properties);
  }

  private static boolean startsWith(String name, String prefix) {
    return name.regionMatches(true, 0, prefix, 0, prefix.length());
  }
}
