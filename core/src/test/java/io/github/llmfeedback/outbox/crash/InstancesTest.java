package io.github.llmfeedback.outbox.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Three processes add and deliver feedback in one PostgreSQL. In each round one is frozen until its
 * leases have run out, another is killed and replaced, and the database is restarted; all go on.
 */
@Tag("crash")
@Timeout(1800)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstancesTest {
  private static final int INSTANCES = 3;
  private static final int NUMBERS = 1_000_000;

  private final Postgres postgres = new Postgres();

  @AfterAll
  void stop() {
    postgres.close();
  }

  @Test
  void nothingIsLostOrDeliveredTwiceAndTheOrderOfEachTargetHolds() throws Exception {
    Rounds.run(seed -> disturb(Mode.PARK, (Rounds.count() * 3 + 4) / 5, seed));
  }

  @Test
  void nothingIsMissingAndTheOrderOfEachTargetHoldsWhereEverythingUncertainIsRepeated()
      throws Exception {
    Rounds.run(seed -> disturb(Mode.REPEAT, (Rounds.count() * 2 + 4) / 5, seed));
  }

  private void disturb(Mode mode, int rounds, long seed) throws Exception {
    long begin = System.nanoTime();
    Random random = new Random(seed);
    Place place = postgres.create();
    try (OutboxStore creates = place.store("test")) {
      creates.open(Set.of(Mode.LANE));
    }
    History.begin(place);
    Said said = new Said();
    try (FailingServer server = new FailingServer(random.nextLong(), true);
        Instances instances = new Instances(place, server, mode, said, random)) {
      for (int i = 0; i < rounds; i++) {
        instances.disturb(postgres, i % 2 == 0);
      }
      instances.end();
      try (Outbox outbox = mode.open(place.store("test"), server.url(), "test", 8)) {
        assertThat(outbox.flush(Duration.ofMinutes(2))).as("what was not delivered").isZero();
        Findings findings = new Findings(mode, said, server.arrivals(), outbox, History.of(place));
        findings.check();
        int late = findings.checkOrder();
        System.out.printf(
            "Three instances, %s: %d rounds, each with a kill, a freeze and a restart of the"
                + " database; %s; %d arrived without a claim; %d of the requests failed; %.1f s%n",
            mode, rounds, findings, late, server.failures(), (System.nanoTime() - begin) / 1e9);
      }
    }
  }

  /** The processes, at any time as many. */
  private static final class Instances implements AutoCloseable {
    private final Place place;
    private final FailingServer server;
    private final Mode mode;
    private final Said said;
    private final Random random;
    private final List<Child> children = new ArrayList<>();
    private int started;

    Instances(Place place, FailingServer server, Mode mode, Said said, Random random) {
      this.place = place;
      this.server = server;
      this.mode = mode;
      this.said = said;
      this.random = random;
      for (int i = 0; i < INSTANCES; i++) {
        children.add(child(i));
      }
    }

    /** One that adds on the targets of instance i. */
    private Child child(int i) {
      int number = started++;
      return new Child(
          place,
          server.url(),
          mode,
          "i" + i + "." + number,
          "i" + i,
          number * NUMBERS,
          random.nextLong());
    }

    void disturb(Postgres postgres, boolean hard) throws InterruptedException {
      children.forEach(Instances::awaitProgress);
      int frozen = random.nextInt(INSTANCES);
      int killed = (frozen + 1 + random.nextInt(INSTANCES - 1)) % INSTANCES;
      pause(500);
      children.get(frozen).freeze();
      long thaw = System.nanoTime() + Mode.LEASE.toNanos();
      pause(500);
      kill(killed);
      pause(500);
      postgres.restart(hard);
      Child one = children.get(frozen);
      one.await("its claims end", () -> System.nanoTime() - thaw > 0 && !hasClaims(one.name));
      one.thaw();
      children.forEach(Instances::awaitProgress);
    }

    private void kill(int i) {
      try (Child killed = children.get(i)) {
        killed.kill();
        said.read(killed.printed());
      }
      children.set(i, child(i));
    }

    private void pause(int millis) {
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(millis)).toNanos());
    }

    private static void awaitProgress(Child child) {
      long lines = child.added() + 20;
      child.await("it adds", () -> child.added() > lines);
    }

    private boolean hasClaims(String process) {
      String sql =
          "SELECT 1 FROM feedback_outbox_entry e JOIN history h ON h.id = e.id WHERE e.state = 1"
              + " AND h.new = 1 AND h.new_claim = e.claim AND h.process = '%s' LIMIT 1";
      try (Connection connection = place.connect();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql.formatted(process))) {
        return row.next();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Ends all, in order. */
    void end() throws InterruptedException {
      children.forEach(Child::end);
      for (Child child : children) {
        child.awaitEnd(Duration.ofSeconds(60));
        said.read(child.printedInAll());
      }
    }

    @Override
    public void close() {
      children.forEach(Child::close);
    }
  }
}
