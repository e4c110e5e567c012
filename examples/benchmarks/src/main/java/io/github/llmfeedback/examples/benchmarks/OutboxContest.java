package io.github.llmfeedback.examples.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The outbox beside a bare queue, the databases' own inserts, and {@code submitAll} alone. */
final class OutboxContest {
  private static final long WARM_UP_MILLIS = 4_000;
  private static final long ROUND_MILLIS = 1_000;

  /** Short, for what is added stays in memory until the end. */
  private static final TimeValue ITERATION = TimeValue.milliseconds(50);

  private static final int FEW = 10_000;
  private static final int MANY = 1_000_000;

  private final Report report;

  private OutboxContest(Report report) {
    this.report = report;
  }

  /** Runs it and reports. */
  static void run(String url, Report report) throws IOException, RunnerException {
    System.setProperty("org.slf4j.simpleLogger.log.io.zonky", "error");
    OutboxContest here = new OutboxContest(report);
    for (int threads : new int[] {1, 8}) {
      here.memory(threads);
    }
    here.add("SQLite", "", PlainInsert.Sqlite.class, OutboxAdd.Sqlite.class);
    here.deliver(
        "storing and delivering 5,000 to Helicone, server in 10 ms",
        url + "/slow",
        5_000,
        SubmitAll.Helicone.class,
        OutboxDelivery.MemoryToHelicone.class,
        OutboxDelivery.SqliteToHelicone.class,
        OutboxDelivery.PostgresToHelicone.class);
    here.deliver(
        "storing and delivering 50,000 to Portkey, server in 10 ms",
        url + "/slow",
        50_000,
        SubmitAll.Portkey.class,
        OutboxDelivery.MemoryToPortkey.class,
        OutboxDelivery.SqliteToPortkey.class,
        OutboxDelivery.PostgresToPortkey.class);
    here.deliver(
        "storing and delivering 20,000 to Portkey, server in 100 ms",
        url + "/slower",
        20_000,
        SubmitAll.Portkey.class,
        OutboxDelivery.MemoryToPortkey.class,
        OutboxDelivery.SqliteToPortkey.class,
        OutboxDelivery.PostgresToPortkey.class);
    here.claim("SQLite", "", Claiming.Sqlite.class);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      String database = postgres.getJdbcUrl("postgres", "postgres");
      here.add("PostgreSQL", database, PlainInsert.Postgres.class, OutboxAdd.Postgres.class);
      here.claim("PostgreSQL", database, Claiming.Postgres.class);
    }
  }

  private void memory(int threads) throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(MemoryAddBenchmark.class.getName() + ".")
                    .mode(Mode.Throughput)
                    .timeUnit(TimeUnit.MICROSECONDS)
                    .threads(threads)
                    .forks(1)
                    .warmupIterations(20)
                    .warmupTime(ITERATION)
                    .measurementIterations(10 * CommandLine.rounds())
                    .measurementTime(ITERATION)
                    // It says what each iteration leaves undelivered.
                    .jvmArgsAppend("-Xmx3g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    Spread outbox = nanos(results, "outbox");
    double deque = nanos(results, "deque").median();
    double withId = nanos(results, "dequeWithId").median();
    String title = "memory: add / an ArrayDeque under a lock, " + threads(threads) + ": time";
    report.line(
        "%n%s: %.0f against %.0f ns for each, or %.0f where each gets an id that begins with the"
            + " time (%.2f of that)",
        title, outbox.median(), deque, withId, outbox.median() / withId);
    report.atMost(
        title,
        Spread.of(outbox.median() / deque, outbox.min() / deque, outbox.max() / deque),
        3);
  }

  private static Spread nanos(Collection<RunResult> results, String name) {
    RunResult result =
        results.stream()
            .filter(each -> each.getPrimaryResult().getLabel().equals(name))
            .findFirst()
            .orElseThrow();
    return Spread.of(
        result.getAggregatedResult().getIterationResults().stream()
            .mapToDouble(iteration -> 1_000 / iteration.getPrimaryResult().getScore())
            .toArray());
  }

  /** Pools and outboxes say when they open and close. */
  private static Contender contender(
      String name, Class<? extends Workload> workload, String classPath) {
    return new Contender(
        name,
        workload.getName(),
        classPath,
        List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
  }

  private static String threads(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  private void add(
      String database,
      String url,
      Class<? extends Workload> plain,
      Class<? extends Workload> outbox) {
    Contender bare = contender("its own insert", plain, ClassPaths.databases());
    Contender ours = contender("llm-feedback outbox", outbox, ClassPaths.databases());
    List<Contender> both = List.of(bare, ours);
    double alone = 0;
    try (Contest contest = new Contest(url, both)) {
      for (int threads : new int[] {1, 8, 64}) {
        contest.warmUp(threads, threads, WARM_UP_MILLIS);
        Results results =
            contest.rounds(both, CommandLine.rounds(), threads, threads, ROUND_MILLIS);
        String title = database + ": add, " + threads(threads);
        report.table(title, results);
        double rate = results.figure(ours, Round::callsPerSecond).median();
        if (threads == 1) {
          alone = rate;
          report.atLeast(
              title + " / its own insert: calls/s",
              results.ratio(ours, bare, Round::callsPerSecond),
              0.7);
        } else if (threads == 8) {
          report.atLeast(
              database + ": add, 8 threads / 1 thread: calls/s", Spread.of(rate / alone), 2);
        }
      }
    }
  }

  private void deliver(
      String title,
      String url,
      int feedbacks,
      Class<? extends Workload> submitAll,
      Class<? extends Workload> inMemory,
      Class<? extends Workload> inSqlite,
      Class<? extends Workload> inPostgres) {
    Contender bare = contender("submitAll", submitAll, ClassPaths.databases());
    Contender memory = contender("outbox in memory", inMemory, ClassPaths.databases());
    Contender sqlite = contender("outbox in SQLite", inSqlite, ClassPaths.databases());
    Contender postgres =
        contender("outbox in PostgreSQL", inPostgres, ClassPaths.all());
    List<Contender> all = List.of(bare, memory, sqlite, postgres);
    try (Contest contest = new Contest(url, all)) {
      contest.warmUp(feedbacks, 1, WARM_UP_MILLIS);
      Results results = contest.rounds(all, CommandLine.rounds(), feedbacks, 1, 500);
      report.table(title, results);
      for (Contender outbox : List.of(memory, sqlite, postgres)) {
        report.atLeast(
            title + ", " + outbox.name() + " / submitAll",
            results.ratio(outbox, bare, Round::callsPerSecond),
            0.7);
      }
    }
  }

  private void claim(String database, String url, Class<? extends Workload> workload) {
    Contender one = contender("llm-feedback outbox", workload, ClassPaths.databases());
    double few = 0;
    for (int rows : new int[] {FEW, MANY}) {
      try (Contest contest = new Contest(url, List.of(one))) {
        contest.warmUp(rows, 1, WARM_UP_MILLIS);
        Results results =
            contest.rounds(List.of(one), CommandLine.rounds(), rows, 1, ROUND_MILLIS);
        String title = String.format("%s: claim 500 of %,d and release them", database, rows);
        report.table(title, results);
        double rate = results.figure(one, Round::callsPerSecond).median();
        if (rows == FEW) {
          few = rate;
        } else {
          report.atLeast(title + " / of 10,000: entries/s", Spread.of(rate / few), 0.5);
        }
      }
    }
  }
}
