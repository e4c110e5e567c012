package io.github.llmfeedback.examples.quickstart.sandbox;

import io.github.llmfeedback.helicone.HeliconeFilter;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A random filter for a reading, and which rows of the table it is after. */
record Wanted(String name, HeliconeFilter filter, Predicate<HeliconeRow> truth) {
  /** The last two mean something else to the server. */
  static final String[] WORDS = {"a", "b", "c", "null", "__empty__"};

  /** Whether a request in its newest version is to be read. */
  boolean matches(HeliconeRow row) {
    return row.rating().isPresent() && truth.test(row);
  }

  static Wanted random(Random random, Supplier<Instant> time, Supplier<UUID> id) {
    Wanted wanted = leaf(random, time, id);
    for (int more = random.nextInt(4); more > 0; more--) {
      Wanted other = leaf(random, time, id);
      wanted = random.nextInt(3) > 0 ? wanted.and(other) : wanted.or(other);
    }
    return wanted;
  }

  private static Wanted leaf(Random random, Supplier<Instant> time, Supplier<UUID> id) {
    String word = WORDS[random.nextInt(WORDS.length)];
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> rating("positive", HeliconeFilter.positive(), true);
      case 3, 4, 5 -> rating("negative", HeliconeFilter.negative(), false);
      case 6 -> user(word);
      case 7 -> model(word);
      case 8 -> property("env", word);
      case 9 -> property("Env", word);
      case 10 -> since(time.get().plusNanos(random.nextInt(5) * 500_000L - 1_000_000));
      case 11 -> before(time.get().plusNanos(random.nextInt(5) * 500_000L - 1_000_000));
      case 12 -> request(id.get());
      default -> new Wanted("rated", HeliconeFilter.rated(), row -> true);
    };
  }

  private static Wanted rating(String name, HeliconeFilter filter, boolean positive) {
    return new Wanted(name, filter, row -> row.isPositive() == positive);
  }

  private static Wanted user(String user) {
    return new Wanted("user " + user, HeliconeFilter.user(user), row -> row.user().equals(user));
  }

  private static Wanted model(String model) {
    return new Wanted(
        "model " + model, HeliconeFilter.model(model), row -> row.model().equals(model));
  }

  /** The table has the name in lower case. */
  private static Wanted property(String name, String value) {
    return new Wanted(
        name + " " + value,
        HeliconeFilter.property(name, value),
        row -> value.equals(row.properties().get("env")));
  }

  private static Wanted since(Instant time) {
    return new Wanted(
        "since " + time, HeliconeFilter.since(time), row -> !row.createdAt().isBefore(time));
  }

  private static Wanted before(Instant time) {
    return new Wanted(
        "before " + time, HeliconeFilter.before(time), row -> row.createdAt().isBefore(time));
  }

  private static Wanted request(UUID id) {
    return new Wanted(
        "request " + id, HeliconeFilter.requestId(id.toString()), row -> row.id().equals(id));
  }

  private Wanted and(Wanted other) {
    return new Wanted(
        "(" + name + " and " + other.name + ")", filter.and(other.filter), truth.and(other.truth));
  }

  private Wanted or(Wanted other) {
    return new Wanted(
        "(" + name + " or " + other.name + ")", filter.or(other.filter), truth.or(other.truth));
  }
}
