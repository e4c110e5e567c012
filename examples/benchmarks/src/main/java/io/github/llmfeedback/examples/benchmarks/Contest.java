package io.github.llmfeedback.examples.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Contenders that take turns: in each round, every one runs for the same time, one after the other,
 * and each round begins with another one. So what disturbs the machine disturbs all alike.
 */
final class Contest implements AutoCloseable {
  private final Map<Contender, Jvm> jvms = new LinkedHashMap<>();

  Contest(String url, List<Contender> contenders) {
    contenders.forEach(contender -> jvms.put(contender, Jvm.of(contender, url)));
  }

  /**
   * Lets every contender run, without measuring it, for so long, and then until its JVM compiles no
   * more, at most six times as long. The compilers of two busy cores may need that.
   */
  void warmUp(int size, int threads, long millis) {
    jvms.values().forEach(jvm -> warmUp(jvm, size, threads, TimeUnit.MILLISECONDS.toNanos(millis)));
  }

  private static void warmUp(Jvm jvm, int size, int threads, long nanos) {
    long ran = 0;
    boolean isCompiling;
    do {
      Round round = jvm.round(size, threads, Math.min(TimeUnit.NANOSECONDS.toMillis(nanos), 1_000));
      ran += round.nanos();
      isCompiling = round.isCompiling();
    } while (ran < nanos || (isCompiling && ran < 6 * nanos));
  }

  /** Has some of the contenders run so many rounds. */
  Results rounds(List<Contender> contenders, int rounds, int size, int threads, long millis) {
    Results results = new Results(contenders);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        Contender next = contenders.get((round + i) % contenders.size());
        results.add(next, jvm(next).round(size, threads, millis));
      }
    }
    return results;
  }

  private Jvm jvm(Contender contender) {
    return Objects.requireNonNull(jvms.get(contender), contender.name());
  }

  @Override
  public void close() {
    jvms.values().forEach(Jvm::close);
  }
}
