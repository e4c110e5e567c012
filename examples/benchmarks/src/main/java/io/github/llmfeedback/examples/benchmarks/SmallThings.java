package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.portkey.PortkeyBenchmark;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a submit does beside HTTP, measured by JMH in a JVM for each. */
final class SmallThings {
  private static final String ROW = "  %-34s %9.0f %9.0f  %-19s %s";

  private final Map<String, RunResult> results;
  private final Report report;

  private SmallThings(Collection<RunResult> results, Report report) {
    this.results =
        results.stream().collect(Collectors.toMap(r -> r.getPrimaryResult().getLabel(), r -> r));
    this.report = report;
  }

  /** Runs it and reports. */
  static void run(Report report) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(PortkeyBenchmark.class.getName() + ".")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(CommandLine.rounds())
            .measurementTime(TimeValue.milliseconds(500))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .build();
    new SmallThings(new Runner(options).run(), report).report();
  }

  private void report() {
    report.line("%nJMH %38s %9s  %-19s %s", "ns", "bytes", "× ns", "× bytes");
    row("writeByDatabind", "writeByDatabind");
    row("buildAndEncode", "writeByDatabind");
    row("build", "writeByDatabind");
    row("readByDatabind", "readByDatabind");
    row("decode", "readByDatabind");
    row("receiptText", "receiptText");
    report.atMost(
        "build and encode a feedback / databind writing the same record: time",
        ratio("buildAndEncode", "writeByDatabind", SmallThings::nanos),
        2);
  }

  private void row(String name, String base) {
    report.line(
        ROW,
        name,
        figure(name, SmallThings::nanos).median(),
        figure(name, SmallThings::bytes).median(),
        ratio(name, base, SmallThings::nanos).text(),
        ratio(name, base, SmallThings::bytes).text());
  }

  /** The spread of a figure over the iterations. */
  private Spread figure(String name, ToDoubleFunction<IterationResult> figure) {
    return Spread.of(iterations(name, figure));
  }

  /** The ratios to the median of the base: a benchmark runs as a whole before the next. */
  private Spread ratio(String name, String base, ToDoubleFunction<IterationResult> figure) {
    double below = figure(base, figure).median();
    return Spread.of(Arrays.stream(iterations(name, figure)).map(above -> above / below).toArray());
  }

  private double[] iterations(String name, ToDoubleFunction<IterationResult> figure) {
    RunResult result = Objects.requireNonNull(results.get(name), name);
    return result.getAggregatedResult().getIterationResults().stream()
        .mapToDouble(figure)
        .toArray();
  }

  private static double nanos(IterationResult iteration) {
    return iteration.getPrimaryResult().getScore();
  }

  private static double bytes(IterationResult iteration) {
    Result<?> allocated = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
    return Objects.requireNonNull(allocated, "JMH's GC profiler").getScore();
  }
}
