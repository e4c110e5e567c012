package io.github.llmfeedback.examples.quickstart.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A sandbox's Helicone full of random requests, which changes before each page but the first:
 * people rate, requests arrive, versions are merged. The same seed does the same.
 *
 * <p>It remembers which requests a reading must and may return.
 */
final class ChangingHelicone {
  /** The server shows at most 1,000 versions on a page; one second can hold all that there are. */
  private static final int MOST_VERSIONS = 900;

  private static final int MOST_REQUESTS = 400;
  private static final Instant BEGIN = Instant.parse("2026-11-20T09:00:00Z");
  private static final int[] PACES = {0, 1, 3, 10, 30};

  private final SandboxHelicone helicone;
  private final ManualClock clock;
  private final Random random;
  private final Spread spread;
  private final int pace;
  private final List<UUID> ids = new ArrayList<>();
  private final Wanted wanted;

  private boolean reading;
  private final Set<UUID> always = new HashSet<>();
  private final Set<UUID> ever = new HashSet<>();

  /** How the requests lie in time. */
  enum Spread {
    ONE_MOMENT(1, 1),
    SHARED_MOMENTS(2, 5),
    SHARED_SECONDS(10, 1000),
    MINUTES(600, 1000);

    private final int seconds;
    private final int millis;

    Spread(int seconds, int millis) {
      this.seconds = seconds;
      this.millis = millis;
    }

    private Instant moment(Random random) {
      return BEGIN.plusSeconds(random.nextInt(seconds)).plusMillis(random.nextInt(millis));
    }
  }

  ChangingHelicone(SandboxHelicone helicone, ManualClock clock, Random random) {
    this.helicone = helicone;
    this.clock = clock;
    this.random = random;
    this.spread = one(Spread.values());
    this.pace = PACES[random.nextInt(PACES.length)];
    helicone.table().order(new Random(random.nextLong()));
    int requests = 1 + random.nextInt(spread == Spread.ONE_MOMENT ? 300 : 120);
    for (int n = 0; n < requests; n++) {
      ids.add(id());
    }
    this.wanted = Wanted.random(random, this::moment, this::any);
    ids.forEach(this::log);
    if (random.nextBoolean()) {
      clock.advance(Duration.ofSeconds(2));
    }
    keepVersionsWithinAPage();
    helicone.beforeQuery(this::page);
  }

  Wanted wanted() {
    return wanted;
  }

  /** Matched from beginning to end of the reading. */
  synchronized Set<UUID> always() {
    return Set.copyOf(always);
  }

  /** Matched while some page was made. */
  synchronized Set<UUID> ever() {
    return Set.copyOf(ever);
  }

  int requests() {
    return ids.size();
  }

  Instant createdAt(UUID id) {
    return row(id).createdAt();
  }

  @Override
  public String toString() {
    return "%d requests, %s, at most %d changes between two pages"
        .formatted(ids.size(), spread, pace);
  }

  private synchronized void page() {
    if (reading && pace > 0) {
      for (int changes = random.nextInt(pace + 1); changes > 0; changes--) {
        change();
      }
      keepVersionsWithinAPage();
    }
    Set<UUID> matching = new HashSet<>();
    helicone.table().newest().filter(wanted::matches).forEach(row -> matching.add(row.id()));
    ever.addAll(matching);
    if (!reading) {
      always.addAll(matching);
      reading = true;
    }
  }

  private void change() {
    int kind = random.nextInt(20);
    if (kind < 2 && ids.size() < MOST_REQUESTS) {
      UUID id = id();
      ids.add(id);
      log(id);
    } else if (kind < 4) {
      clock.advance(Duration.ofMillis(random.nextInt(2_500)));
    } else if (kind == 4) {
      helicone.table().merge();
    } else if (kind < 7) {
      int part = 2 + random.nextInt(9);
      helicone.table().merge(row -> row.number() % part == 0);
    } else if (kind < 16) {
      UUID id = any();
      rate(id, row(id).rating().orElseGet(random::nextBoolean));
    } else if (kind < 19) {
      rate(any(), random.nextBoolean());
    } else {
      helicone.score(any(), "accuracy", random.nextInt(100));
    }
  }

  private void log(UUID id) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Helicone-User-Id", one(Wanted.WORDS));
    headers.put("Helicone-Model-Override", one(Wanted.WORDS));
    if (random.nextBoolean()) {
      headers.put("Helicone-Property-Env", one(Wanted.WORDS));
    }
    helicone.llmCall(id, headers, random.nextInt(10) == 0 ? clock.instant() : moment());
    if (random.nextInt(5) == 0) {
      helicone.score(id, "accuracy", random.nextInt(100));
    }
    for (int ratings = random.nextInt(4); ratings > 0; ratings--) {
      rate(id, random.nextBoolean());
    }
  }

  private void rate(UUID id, boolean positive) {
    helicone.rate(id, positive);
    if (!wanted.matches(row(id))) {
      always.remove(id);
    }
  }

  /** What a crowded second cannot show on one page, no reading could find without a gap. */
  private void keepVersionsWithinAPage() {
    if (helicone.table().stored().count() > MOST_VERSIONS) {
      helicone.table().merge();
    }
  }

  private HeliconeRow row(UUID id) {
    return helicone.table().newest(id).orElseThrow();
  }

  private UUID any() {
    return ids.get(random.nextInt(ids.size()));
  }

  private Instant moment() {
    return spread.moment(random);
  }

  private UUID id() {
    long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
    long variant = (random.nextLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(version4, variant);
  }

  private <T> T one(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
