package io.github.llmfeedback.examples.quickstart.sandbox;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of requests as a ClickHouse server keeps it: in versions. Thread-safe. */
final class HeliconeTable {
  private static final Comparator<HeliconeRow> OLDEST_FIRST =
      Comparator.comparing(HeliconeRow::createdAt);

  private final InstantSource clock;
  private final Map<UUID, HeliconeVersions> requests = new ConcurrentHashMap<>();
  private volatile Random order = new Random();

  HeliconeTable(InstantSource clock) {
    this.clock = clock;
  }

  /** Does nothing if the request is there already. */
  void insert(HeliconeRow logged) {
    requests.putIfAbsent(logged.id(), HeliconeVersions.of(logged, clock.instant()));
  }

  /** Adds versions of a request, if there is one that may be changed. */
  void change(UUID id, Predicate<HeliconeRow> changeable, UnaryOperator<HeliconeRow> change) {
    requests.computeIfPresent(
        id,
        (key, versions) ->
            changeable.test(versions.newest())
                ? versions.with(change.apply(versions.newest()), clock.instant())
                : versions);
  }

  Optional<HeliconeRow> newest(UUID id) {
    return Optional.ofNullable(requests.get(id)).map(HeliconeVersions::newest);
  }

  /** Every request in its newest version. */
  Stream<HeliconeRow> newest() {
    return requests.values().stream().map(HeliconeVersions::newest);
  }

  /**
   * One page, as the real server makes it (observed 2026-11): filter, offset and limit go by
   * versions, and only what they leave becomes requests, each in its newest version. Versions of
   * one moment are in any order, and in another one for each page.
   */
  List<HeliconeRow> page(
      Predicate<HeliconeRow> filter, boolean oldestFirst, long offset, long limit) {
    List<HeliconeRow> versions =
        stored().filter(filter).collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(versions, order);
    versions.sort(oldestFirst ? OLDEST_FIRST : OLDEST_FIRST.reversed());
    Set<UUID> ids =
        versions.stream()
            .skip(offset)
            .limit(limit)
            .map(HeliconeRow::id)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return ids.stream().map(this::newest).flatMap(Optional::stream).toList();
  }

  /** Every stored version of every request. */
  Stream<HeliconeRow> stored() {
    Instant now = clock.instant();
    return requests.values().stream().flatMap(versions -> versions.at(now).stored().stream());
  }

  void merge() {
    merge(row -> true);
  }

  /** Removes the old versions of these requests, as ClickHouse does whenever it likes. */
  void merge(Predicate<HeliconeRow> which) {
    requests.replaceAll(
        (id, versions) -> which.test(versions.newest()) ? versions.merged() : versions);
  }

  /** Where the order within a moment comes from, for a test that repeats itself. */
  void order(Random random) {
    order = random;
  }
}
