package io.github.llmfeedback.examples.quickstart.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The table of logged LLM calls; a row appears only some time after its call. */
final class HeliconeRows {
  private static final String PROPERTY = "Helicone-Property-";
  private static final String SESSION = "Helicone-Session-";
  private static final Duration RATEABLE = Duration.ofDays(30);

  private final InstantSource clock;
  private final Duration ingestionDelay;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<UUID, HeliconeRow> rows = new ConcurrentHashMap<>();

  HeliconeRows(InstantSource clock, Duration ingestionDelay) {
    this.clock = clock;
    this.ingestionDelay = ingestionDelay;
  }

  void add(UUID id, Map<String, String> headers) {
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    given.putAll(headers);
    HeliconeRow row =
        new HeliconeRow(
            id,
            numbers.getAndIncrement(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            given.getOrDefault("Helicone-User-Id", ""),
            given.getOrDefault("Helicone-Model-Override", "gpt-4o-mini"),
            properties(given),
            Optional.empty());
    rows.putIfAbsent(id, row);
  }

  /** Drops the rating silently if there is no row yet, or none that is recent enough. */
  void rate(UUID id, boolean positive) {
    rows.computeIfPresent(
        id, (key, row) -> isIngested(row) && isYoung(row) ? row.rated(positive) : row);
  }

  Optional<Boolean> rating(UUID id) {
    return Optional.ofNullable(rows.get(id)).flatMap(HeliconeRow::rating);
  }

  Stream<HeliconeRow> ingested() {
    return rows.values().stream().filter(this::isIngested);
  }

  private boolean isIngested(HeliconeRow row) {
    return !clock.instant().isBefore(row.createdAt().plus(ingestionDelay));
  }

  private boolean isYoung(HeliconeRow row) {
    Instant oldest = clock.instant().minus(RATEABLE);
    return !row.createdAt().isBefore(oldest);
  }

  /** Session headers are properties under their whole name. */
  private static Map<String, String> properties(Map<String, String> headers) {
    Map<String, String> properties = new TreeMap<>();
    headers.forEach(
        (name, value) -> {
          if (startsWith(name, PROPERTY)) {
            properties.put(name.substring(PROPERTY.length()), value);
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
