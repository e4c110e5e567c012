package io.github.llmfeedback.outbox.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.jdbc.Databases;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that adds and delivers feedback is killed at a random moment and started again, as many
 * times as there are rounds, or half as many in the modes that are not the default. Meanwhile the
 * provider fails at random.
 */
@Tag("crash")
@Timeout(1800)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class CrashTest {
  /** How many numbers on its targets a process may take. */
  private static final int NUMBERS = 1_000_000;

  private final Postgres postgres = new Postgres();

  @AfterAll
  void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyPrintedIdHasItsFateInSqlite(Mode mode) throws Exception {
    Rounds.run(seed -> crash(Place.of(Databases.sqlite()), mode, seed));
  }

  @ParameterizedTest
  @EnumSource
  void everyPrintedIdHasItsFateInPostgreSql(Mode mode) throws Exception {
    Rounds.run(seed -> crash(postgres.create(), mode, seed));
  }

  private static void crash(Place place, Mode mode, long seed) {
    long begin = System.nanoTime();
    Random random = new Random(seed);
    Said said = new Said();
    int kills = mode == Mode.PARK ? Rounds.count() : (Rounds.count() + 1) / 2;
    try (OutboxStore creates = place.store("test")) {
      creates.open(Set.of(Mode.LANE));
    }
    History.begin(place);
    try (FailingServer server = new FailingServer(random.nextLong(), mode != Mode.OVERWRITE)) {
      for (int i = 0; i < kills; i++) {
        said.read(killed(place, server, mode, i, random));
      }
      try (Outbox outbox = mode.open(place.store("test"), server.url(), "test", 8)) {
        assertThat(outbox.flush(Duration.ofMinutes(2))).as("what was not delivered").isZero();
        Findings findings = new Findings(mode, said, server.arrivals(), outbox, History.of(place));
        findings.check();
        findings.checkOrderOfAll();
        System.out.printf(
            "%s %s: %d kills; %s; %d of the requests failed; %.1f s%n",
            place.isSqlite() ? "SQLite" : "PostgreSQL",
            mode,
            kills,
            findings,
            server.failures(),
            (System.nanoTime() - begin) / 1e9);
      }
    }
  }

  /** What a process printed before it was killed. */
  private static String killed(
      Place place, FailingServer server, Mode mode, int round, Random random) {
    try (Child child =
        new Child(
            place, server.url(), mode, "p" + round, "t", round * NUMBERS, random.nextLong())) {
      int count = 1 + random.nextInt(150);
      switch (round == 0 ? 1 : random.nextInt(6)) {
        case 0 -> pause(random, 2_000); // at any moment, even while it starts
        case 1 -> child.await("it adds", () -> child.added() >= count);
        default -> child.await("it delivers", () -> server.count(child.name) >= count);
      }
      pause(random, 50);
      child.kill();
      return child.printed();
    }
  }

  private static void pause(Random random, int millis) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(millis)).toNanos());
  }
}
